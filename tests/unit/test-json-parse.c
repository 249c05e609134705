/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "profile/document/json-parse.h"

#define SCHEMA "\"schema\":\"hawd-profile/1\""

static int parse(const char *text, size_t n, JsonError *reterr) {
        json_t *document = NULL;
        int r = profile_json_parse(text, n, &document, reterr);

        assert_true(document ? r == 0 : r < 0);
        json_decref(document);
        return r;
}

/* Column 0: where exactly, is the parser's to say. */
static void test_refused(void **state) {
        static const struct {
                const char *text;
                unsigned line, column;
                const char *error;
        } cases[] = {
                { "", 1, 0, "expected more: the text ends inside the document" },
                { "{", 1, 0, "expected more: the text ends inside the document" },
                { "{\n\n\"a\":\"b", 3, 0, "expected more: the text ends inside the document" },
                { "nonsense", 1, 0, "expected JSON" },
                { "{\"a\":1,}", 1, 0, "expected JSON" },
                { "{\"a\":01}", 1, 0, "expected JSON" },
                { "{\"a\":NaN}", 1, 0, "expected JSON" },
                { "3", 1, 0, "expected JSON" },
                { "{" SCHEMA "}\n{}", 2, 0, "expected nothing after the document" },
                { "{" SCHEMA ",\n\"a\":1,\n\"a\":2}", 3, 0, "expected a member of this name only once" },
                { "{\"x\":{\"a\":1,\"a\":1}}", 1, 0, "expected a member of this name only once" },
                { "{\"a\":99999999999999999999}", 1, 0, "expected a number of at most 64 bits" },
                { "{\"a\":1e999}", 1, 0, "expected a number of at most 64 bits" },
                { "{\"a\":\"\xff\"}", 1, 0, "expected valid UTF-8" },
                { "{\"a\":\"\xc0\xaf\"}", 1, 0, "expected valid UTF-8" },
                { "{\"a\":\"\xed\xa0\x80\"}", 1, 0, "expected valid UTF-8" },
                { "{\"a\":\"\\ud800\"}", 1, 0, "expected JSON" },
                { "{\"a\":\"\\u0000\"}", 1, 0, "expected a string without NUL" },
                { "\xef\xbb\xbf{" SCHEMA "}", 1, 0, "expected JSON" },
                /* Thirteen, and the fourth of the next line is one too many; characters count, not bytes. */
                { "[[[[[[[[[[[[[\n[[[[", 2, 4, "expected at most 16 levels of nesting" },
                { "[\"\xc3\xa4\xc3\xa4\",[[[[[[[[[[[[[[[[", 1, 22, "expected at most 16 levels of nesting" },
                { "[]", 0, 0, "expected an object" },
                { "{}", 0, 0, "schema: missing" },
                { "{\"schema\":1}", 0, 0, "schema: expected \"hawd-profile/1\"" },
                { "{\"schema\":\"hawd-profile/2\"}", 0, 0, "schema: expected \"hawd-profile/1\"" },
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                size_t n = strlen(cases[i].text);
                /* Of its exact size, so that a sanitizer sees one byte past the end. */
                _cleanup_free_ char *copy = malloc(n ? n : 1);
                JsonError error = {};

                memcpy(copy, cases[i].text, n);
                if (parse(copy, n, &error) != -EINVAL || strcmp(error.text, cases[i].error) != 0 ||
                                error.line != cases[i].line ||
                                (cases[i].column && error.column != cases[i].column))
                        fail_msg("%s: %u:%u: %s", cases[i].text, error.line, error.column, error.text);
        }
}

static void test_accepted(void **state) {
        static const char *const cases[] = {
                "{" SCHEMA "}",
                " \n{\t" SCHEMA "\r\n} \n",
                "{" SCHEMA ",\"x\":[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}", /* 16 levels */
                "{" SCHEMA ",\"x\":\"[[[[[[[[[[[[[[[[[[[[[[\"}",
                "{" SCHEMA ",\"x\":\"\\\"[[[[[[[[[[[[[[[[[[[[\",\"y\":\"\\\\\",\"z\":[]}",
                "{" SCHEMA ",\"x\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]}",
                "{" SCHEMA ",\"x\":9223372036854775807}",
        };

        for (size_t i = 0; i < ELEMENTS(cases); i++) {
                JsonError error = {};

                if (parse(cases[i], strlen(cases[i]), &error) < 0)
                        fail_msg("%s: %u:%u: %s", cases[i], error.line, error.column, error.text);
        }
}

static void test_size(void **state) {
        static const char document[] = "{" SCHEMA "}";
        const size_t max = (size_t) 64 * 1024 * 1024;
        _cleanup_free_ char *text = malloc(max + 1);
        JsonError error = {};

        assert_non_null(text);
        memset(text, ' ', max + 1);
        memcpy(text, document, sizeof(document) - 1);
        assert_int_equal(parse(text, max, &error), 0);
        assert_int_equal(parse(text, max + 1, &error), -EINVAL);
        assert_string_equal(error.text, "expected at most 64 MiB");
        assert_int_equal(error.line, 0);
}

/* A text within its size whose tree would not be: refused before there is one. */
static void test_values(void **state) {
        const size_t n = (size_t) 32 * 1024 * 1024;
        _cleanup_free_ char *text = malloc(n);
        JsonError error = {};

        assert_non_null(text);
        for (size_t i = 0; i < n; i++)
                text[i] = i == 0 ? '[' : i % 2 ? '1' : ',';
        text[n - 1] = ']';
        assert_int_equal(parse(text, n, &error), -EINVAL);
        assert_string_equal(error.text, "expected at most 8388608 values");
        /* One bracket, then a comma at every second character. */
        assert_int_equal(error.column, 2 * 8388608 + 1);
}

static size_t allocations_left;

static void *allocate(size_t n) {
        return allocations_left > 0 && allocations_left-- > 0 ? malloc(n) : NULL;
}

/* At every allocation in turn; never a document with a part of it missing. */
static void test_out_of_memory(void **state) {
        static const char document[] = "{" SCHEMA ",\"x\":[1,2.5,\"y\",{\"z\":null}]}";
        JsonError error = {};
        size_t failures = 0;
        int r = -ENOMEM;

        json_set_alloc_funcs(allocate, free);
        for (size_t n = 0; r < 0 && n < 1000; n++) {
                allocations_left = n;
                r = parse(document, sizeof(document) - 1, &error);
                failures += r == -ENOMEM;
        }
        json_set_alloc_funcs(malloc, free);
        assert_int_equal(r, 0);
        assert_true(failures > 10);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_accepted),
                cmocka_unit_test(test_size),
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_out_of_memory),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
