/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include "probe/decode/text.h"

static void test_printable(void **state) {
        static const struct {
                const char *in;
                size_t n;
                const char *out;
        } vectors[] = {
                { "AMD EPYC", 8, "AMD EPYC" },
                { "  Shanghai  ", 12, "  Shanghai  " },
                { "a\xff\x1b[31m", 7, "a\\xff\\x1b[31m" },
                { "back\\slash", 10, "back\\slash" },
                /* UTF-8 as it is; overlong forms, surrogates and characters that are cut are none (Unicode, table 3-7). */
                { "G\xc3\xa4ste", 6, "G\xc3\xa4ste" },
                { "\xe6\x97\xa5\xf0\x9f\x90\xa7", 7, "\xe6\x97\xa5\xf0\x9f\x90\xa7" },
                { "\xc0\xaf\xed\xa0\x80", 5, "\\xc0\\xaf\\xed\\xa0\\x80" },
                { "\xe6\x97", 2, "\\xe6\\x97" },
                { "\xe6\x97.", 3, "\\xe6\\x97." },
                /* Not seen: right-to-left override, zero-width space, C1 control, byte order mark, a language tag, U+FFFF. */
                { "a\xe2\x80\xae"
                  "b\xe2\x80\x8b",
                                8, "a\\u202eb\\u200b" },
                { "\xc2\x9b\xef\xbb\xbf", 5, "\\u009b\\ufeff" },
                { "\xf3\xa0\x80\x81\xef\xbf\xbf", 7, "\\udb40\\udc01\\uffff" },
                { "stop\0here", 9, "stop" },
                { "", 0, "" },
        };
        char out[64];

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                text_printable(BYTES(vectors[i].in, vectors[i].n), out, sizeof(out));
                assert_string_equal(out, vectors[i].out);
        }
}

/* What is printable stays as it is, at whatever length it is cut: never within a character, never within an escape. */
static void test_printable_whole(void **state) {
        static const char in[] = "ab\xff\xc3\xa4\xe2\x80\xae\xf0\x9f\x90\xa7z";

        for (size_t size = 1; size < 32; size++) {
                char *out = test_malloc(size), again[32];
                size_t n;

                text_printable(BYTES(in, sizeof(in) - 1), out, size);
                n = strlen(out);
                assert_true(n < size);
                assert_true(text_is_printable(BYTES(out, n)));
                assert_true(strncmp("ab\\xff\xc3\xa4\\u202e\xf0\x9f\x90\xa7z", out, n) == 0);
                assert_true(n != 3 && n != 4 && n != 5 && n != 7 && n != 9 && n != 15);
                text_printable(BYTES(out, n), again, sizeof(again));
                assert_string_equal(again, out);
                test_free(out);
        }
}

/* As snprintf() leaves it. */
static void test_shown(void **state) {
        static const struct {
                const char *in, *out;
        } vectors[] = {
                { "G\xc3\xa4ste", "G\xc3\xa4ste" },
                { "G\xc3, BAR 0", "G, BAR 0" },
                { "\xf0\x9f\x90", "" },
                { "\xf0\x9f\x90 BAR", " BAR" },
                { "a\xe6\x97", "a" },
                /* No cut leaves these. */
                { "a\x97\xff\x1b", "a\\x97\\xff\\x1b" },
        };
        char out[64];

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                text_shown(vectors[i].in, out, sizeof(out));
                assert_string_equal(out, vectors[i].out);
        }
}

static void test_number(void **state) {
        static const struct {
                const char *in;
                unsigned base;
                bool ok;
                uint64_t value;
        } vectors[] = {
                { "0", 10, true, 0 },
                { "18446744073709551615", 10, true, UINT64_MAX },
                { "18446744073709551616", 10, false, 0 },
                { "0xffffffffffffffff", 16, true, UINT64_MAX },
                { "10000000000000000", 16, false, 0 },
                { "fed90000", 16, true, 0xfed90000 },
                { "-1", 10, false, 0 },
                { "+1", 10, false, 0 },
                { " 1", 10, false, 0 },
                { "1 ", 10, false, 0 },
                { "0x", 16, false, 0 },
                { "0x10", 10, false, 0 },
                { "", 10, false, 0 },
                { "12a", 10, false, 0 },
        };

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                uint64_t value = 0;

                assert_int_equal(text_u64(BYTES(vectors[i].in, strlen(vectors[i].in)), vectors[i].base,
                                                 &value),
                                vectors[i].ok);
                if (vectors[i].ok)
                        assert_int_equal(value, vectors[i].value);
        }
}

static void test_lines(void **state) {
        Bytes text = BYTES("one\r\n\ntw\0o\nlast", 15), line;
        size_t cursor = 0;

        assert_true(text_line(text, &cursor, &line));
        assert_true(text_equal(line, "one"));
        assert_true(text_line(text, &cursor, &line));
        assert_int_equal(line.n, 0);
        assert_true(text_line(text, &cursor, &line));
        assert_int_equal(line.n, 4);
        assert_true(text_line(text, &cursor, &line));
        assert_true(text_equal(line, "last"));
        assert_false(text_line(text, &cursor, &line));
}

static void test_words(void **state) {
        Bytes rest = BYTES("  a\t bc ", 8), word;

        assert_true(text_word(&rest, &word));
        assert_true(text_equal(word, "a"));
        assert_true(text_word(&rest, &word));
        assert_true(text_equal(word, "bc"));
        assert_false(text_word(&rest, &word));
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_printable),
                cmocka_unit_test(test_printable_whole),
                cmocka_unit_test(test_shown),
                cmocka_unit_test(test_number),
                cmocka_unit_test(test_lines),
                cmocka_unit_test(test_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
