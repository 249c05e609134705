/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/text.h"

#include <stdio.h>
#include <string.h>

#include "probe/character.h"

void text_printable(Bytes b, char *ret, size_t size) {
        characters_copy(b.data, b.n, false, ret, size);
}

bool text_is_printable(Bytes b) {
        for (size_t i = 0; i < b.n;) {
                uint32_t code = b.data[i];
                int n = code < 0x80 ? 1 : character_decode(b.data + i, b.n - i, &code);

                if (n <= 0 || character_is_unseen(code))
                        return false;
                i += (size_t) n;
        }
        return true;
}

bool text_line(Bytes text, size_t *cursor, Bytes *ret) {
        if (*cursor >= text.n)
                return false;

        const uint8_t *start = text.data + *cursor;
        size_t left = text.n - *cursor;
        const uint8_t *newline = memchr(start, '\n', left);
        size_t n = newline ? (size_t) (newline - start) : left;

        *cursor += newline ? n + 1 : n;
        if (n > 0 && start[n - 1] == '\r')
                n--;
        *ret = (Bytes){ .data = start, .n = n };
        return true;
}

static bool blank(uint8_t c) {
        return c == ' ' || c == '\t';
}

Bytes text_trim(Bytes b) {
        while (b.n > 0 && blank(b.data[0]))
                b = bytes_part(b, 1, b.n - 1);
        while (b.n > 0 && blank(b.data[b.n - 1]))
                b.n--;
        return b;
}

bool text_word(Bytes *rest, Bytes *ret) {
        size_t n = 0;

        *rest = text_trim(*rest);
        while (n < rest->n && !blank(rest->data[n]))
                n++;
        *ret = bytes_part(*rest, 0, n);
        *rest = bytes_part(*rest, n, rest->n - n);
        return n > 0;
}

bool text_equal(Bytes b, const char *s) {
        return b.n == strlen(s) && (b.n == 0 || memcmp(b.data, s, b.n) == 0);
}

bool text_starts(Bytes b, const char *prefix) {
        return b.n >= strlen(prefix) && (!*prefix || memcmp(b.data, prefix, strlen(prefix)) == 0);
}

static int digit_value(uint8_t c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return 16;
}

bool text_u64(Bytes b, unsigned base, uint64_t *ret) {
        uint64_t value = 0;

        if (base == 16 && (text_starts(b, "0x") || text_starts(b, "0X")))
                b = bytes_part(b, 2, b.n - 2);
        if (b.n == 0)
                return false;
        for (size_t i = 0; i < b.n; i++) {
                unsigned digit = (unsigned) digit_value(b.data[i]);

                if (digit >= base || __builtin_mul_overflow(value, base, &value) ||
                                __builtin_add_overflow(value, digit, &value))
                        return false;
        }
        *ret = value;
        return true;
}
