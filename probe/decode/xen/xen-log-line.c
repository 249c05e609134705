/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/xen/xen-log-line.h"

#include <string.h>

#include "probe/decode/text.h"

/* "[    1.234567] ", "[2026-01-31 12:00:00.123] ", "[000000123456789a] ". "[VT-D]" is part of a message. */
static void skip_time(Bytes *line) {
        const uint8_t *end;

        if (line->n < 2 || line->data[0] != '[' || !memchr(" 0123456789abcdef", line->data[1], 17))
                return;
        end = memchr(line->data, ']', line->n);
        if (end && (size_t) (end - line->data) <= 30)
                *line = bytes_part(*line, (size_t) (end - line->data) + 1, line->n);
}

bool xen_line_begin(Bytes *line) {
        if (!xen_line_take(line, "(XEN) "))
                return false;
        skip_time(line);
        *line = text_trim(*line);
        while (line->n > 0 && line->data[line->n - 1] == '\r')
                *line = text_trim(bytes_part(*line, 0, line->n - 1));
        return true;
}

bool xen_line_take(Bytes *line, const char *word) {
        if (!text_starts(*line, word))
                return false;
        *line = bytes_part(*line, strlen(word), line->n);
        return true;
}

bool xen_line_number(Bytes *line, unsigned base, uint64_t *ret) {
        const char *digits = base == 16 ? "0123456789abcdef" : "0123456789";
        size_t n = base == 16 && text_starts(*line, "0x") ? 2 : 0;

        while (n < line->n && memchr(digits, line->data[n], strlen(digits)))
                n++;
        if (!text_u64(bytes_part(*line, 0, n), base, ret))
                return false;
        *line = bytes_part(*line, n, line->n);
        return true;
}
