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
                { "back\\slash", 10, "back\\x5cslash" },
                { "stop\0here", 9, "stop" },
                { "", 0, "" },
        };
        char out[64];

        for (size_t i = 0; i < ELEMENTS(vectors); i++) {
                text_printable(BYTES(vectors[i].in, vectors[i].n), out, sizeof(out));
                assert_string_equal(out, vectors[i].out);
        }
}

static void test_printable_never_overruns(void **state) {
        for (size_t size = 1; size < 16; size++) {
                char *out = test_malloc(size);

                text_printable(BYTES("ab\xff\xfe"
                                     "cd",
                                               6),
                                out, size);
                assert_true(strlen(out) < size);
                test_free(out);
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
                cmocka_unit_test(test_printable_never_overruns),
                cmocka_unit_test(test_number),
                cmocka_unit_test(test_lines),
                cmocka_unit_test(test_words),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
