/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/input/hex-dump.h"

#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/text.h"

static int digit(uint8_t c) {
        if (c >= '0' && c <= '9')
                return c - '0';
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
                return (c | 0x20) - 'a' + 10;
        return -1;
}

/* The digits of a line: after "OFFSET:", before the two blanks that separate the text. */
static Bytes digits_of(Bytes line) {
        const uint8_t *colon = line.n ? memchr(line.data, ':', line.n) : NULL;

        if (colon)
                line = bytes_part(line, (size_t) (colon - line.data) + 1, line.n);
        line = text_trim(line);
        for (size_t i = 0; i + 1 < line.n; i++)
                if (line.data[i] == ' ' && line.data[i + 1] == ' ')
                        return bytes_part(line, 0, i);
        return line;
}

static bool decode_line(Bytes line, uint8_t *out, size_t *n) {
        int high = -1;

        for (size_t i = 0; i < line.n; i++) {
                int d = digit(line.data[i]);

                if (line.data[i] == ' ' && high < 0)
                        continue;
                if (d < 0)
                        return false;
                if (high < 0)
                        high = d;
                else {
                        out[(*n)++] = (uint8_t) (high << 4 | d);
                        high = -1;
                }
        }
        return high < 0;
}

bool hex_dump_decode(uint8_t *text, size_t n, size_t *ret) {
        _cleanup_free_ uint8_t *out = malloc(n ? n : 1);
        Bytes all = { .data = text, .n = n }, line;
        size_t cursor = 0, size = 0;

        if (!out)
                return false;
        while (text_line(all, &cursor, &line)) {
                /* Header of acpidump: "DMAR @ 0x0000000000000000". */
                if (text_trim(line).n == 0 || memchr(line.data, '@', line.n))
                        continue;
                if (!decode_line(digits_of(line), out, &size))
                        return false;
        }
        if (size == 0)
                return false;
        memcpy(text, out, size);
        *ret = size;
        return true;
}
