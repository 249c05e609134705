/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/kernel/kernel-log-line.h"

#include <string.h>

#include "probe/decode/text.h"

static Bytes after(Bytes b, size_t n) {
        return bytes_part(b, n, b.n - n);
}

bool line_take(Bytes *text, const char *word) {
        if (!text_starts(*text, word))
                return false;
        *text = after(*text, strlen(word));
        return true;
}

Bytes line_take_up_to(Bytes *text, char end) {
        const uint8_t *found = text->n > 0 ? memchr(text->data, end, text->n) : NULL;
        Bytes part = found ? bytes_part(*text, 0, (size_t) (found - text->data)) : *text;

        *text = after(*text, part.n);
        return part;
}

bool line_take_device(Bytes *text, const char *driver, Bytes *ret_name) {
        Bytes rest = *text, name;

        if (!line_take(&rest, driver) || !line_take(&rest, " "))
                return false;
        name = line_take_up_to(&rest, ':');
        if (name.n == 0 || !line_take(&rest, ": "))
                return false;
        *ret_name = name;
        *text = rest;
        return true;
}

bool line_take_tab(Bytes *text) {
        return line_take(text, "\\x09") || line_take(text, "\t");
}

bool line_take_digits(Bytes *text, Bytes *ret) {
        size_t n = 0;

        while (n < text->n && text->data[n] >= '0' && text->data[n] <= '9')
                n++;
        *ret = bytes_part(*text, 0, n);
        *text = after(*text, n);
        return n > 0;
}

bool line_bits(Bytes digits, uint64_t *ret) {
        uint64_t bits;

        if (!text_u64(digits, 10, &bits) || bits == 0 || bits > KERNEL_LOG_BITS_MAX)
                return false;
        *ret = bits;
        return true;
}
