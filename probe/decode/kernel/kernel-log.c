/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/kernel/kernel-log.h"

#include <string.h>

#include "probe/decode/text.h"

#define DRIVER "virtio_iommu "
#define SAYS ": input address: "
#define UNIT " bits"
#define FACILITY_SHIFT 3 /* syslog: the level is below, and facility 0 is the kernel */
#define BITS_MAX 64

static Bytes after(Bytes b, size_t n) {
        return bytes_part(b, n, b.n - n);
}

static bool take_word(Bytes *text, const char *word) {
        if (!text_starts(*text, word))
                return false;
        *text = after(*text, strlen(word));
        return true;
}

static Bytes up_to(Bytes text, char end) {
        const uint8_t *found = text.n > 0 ? memchr(text.data, end, text.n) : NULL;

        return found ? bytes_part(text, 0, (size_t) (found - text.data)) : text;
}

/* Splits such a line: name and number. */
static bool take_apart(Bytes line, Bytes *ret_name, Bytes *ret_number) {
        if (!take_word(&line, DRIVER))
                return false;
        *ret_name = up_to(line, ':');
        line = after(line, ret_name->n);
        if (ret_name->n == 0 || !take_word(&line, SAYS))
                return false;
        *ret_number = up_to(line, ' ');
        return text_equal(after(line, ret_number->n), UNIT);
}

bool kernel_log_record_matters(Bytes record, Bytes *ret_text) {
        Bytes head = up_to(record, ';'), name, number;
        uint64_t priority;

        if (head.n == record.n || !text_u64(up_to(head, ','), 10, &priority) ||
                        priority >> FACILITY_SHIFT != 0)
                return false;
        *ret_text = up_to(after(record, head.n + 1), '\n');
        return take_apart(*ret_text, &name, &number);
}

Reason kernel_log_input_bits(Bytes text, const char *device, uint64_t *ret) {
        Reason reason = REASON_ABSENT;
        Bytes line, name, number;
        size_t cursor = 0;
        uint64_t bits;

        while (text_line(text, &cursor, &line)) {
                if (!take_apart(line, &name, &number) || !text_equal(name, device))
                        continue;
                reason = text_u64(number, 10, &bits) && bits > 0 && bits <= BITS_MAX ? REASON_NONE
                                                                                     : REASON_MALFORMED;
                if (reason == REASON_NONE)
                        *ret = bits;
        }
        return reason;
}
