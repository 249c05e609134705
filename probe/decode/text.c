/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/text.h"

#include <stdio.h>
#include <string.h>

#include "probe/decode/character.h"

/* What stands at the beginning, escaped where it is no printable character. How many bytes it took. */
static size_t printable(Bytes b, bool cut, char ret[static CHARACTER_ESCAPE_SIZE]) {
        uint32_t code = b.data[0];
        int n = code < 0x80 ? 1 : character_decode(b.data, b.n, &code);
        size_t length = n > 0 ? (size_t) n : 1;

        *ret = 0;
        if (n > 0 && character_is_unseen(code)) {
                character_escape(code, ret);
        } else if (n > 0) {
                memcpy(ret, b.data, length);
                ret[length] = 0;
        } else if (!cut || (code = b.data[0]) < 0xc2 || code > 0xf4)
                snprintf(ret, CHARACTER_ESCAPE_SIZE, "\\x%02x", b.data[0]);
        else
                while (length < b.n && length < 3 && (b.data[length] & 0xc0) == 0x80)
                        length++;
        return length;
}

static void copy(Bytes b, bool cut, char *ret, size_t size) {
        size_t out = 0;

        if (size == 0)
                return;
        for (size_t i = 0, n; i < b.n && b.data[i]; i += n) {
                char character[CHARACTER_ESCAPE_SIZE];
                size_t length;

                n = printable(bytes_part(b, i, b.n - i), cut, character);
                length = strlen(character);
                if (size - out < length + 1)
                        break;
                memcpy(ret + out, character, length);
                out += length;
        }
        ret[out] = 0;
}

void text_printable(Bytes b, char *ret, size_t size) {
        copy(b, false, ret, size);
}

void text_shown(const char *text, char *ret, size_t size) {
        copy((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, true, ret, size);
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
