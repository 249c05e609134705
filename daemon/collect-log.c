/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/collect-log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/text.h"

static bool has_line(Bytes text, Bytes wanted) {
        Bytes line;
        size_t cursor = 0;

        while (text_line(text, &cursor, &line))
                if (line.n == wanted.n && memcmp(line.data, wanted.data, line.n) == 0)
                        return true;
        return false;
}

/* The next line of `before` that is only there. */
static bool next_lost(Bytes before, Bytes now, size_t *cursor, Bytes *ret) {
        while (text_line(before, cursor, ret))
                if (kernel_log_line_matters(*ret) && !has_line(now, *ret))
                        return true;
        return false;
}

int collect_log_merge(Bytes before, Bytes now, uint8_t **ret, size_t *ret_n) {
        size_t lost = 0, n = 0, room = now.n < ROOT_KERNEL_LOG_MAX ? ROOT_KERNEL_LOG_MAX - now.n : 0;
        uint8_t *text;
        Bytes line;

        for (size_t cursor = 0; next_lost(before, now, &cursor, &line);)
                lost += line.n + 1;
        text = malloc(lost + now.n + 1);
        if (!text)
                return -ENOMEM;
        for (size_t cursor = 0; next_lost(before, now, &cursor, &line); lost -= line.n + 1)
                if (lost <= room) {
                        memcpy(text + n, line.data, line.n);
                        n += line.n;
                        text[n++] = '\n';
                }
        if (now.n > 0)
                memcpy(text + n, now.data, now.n);
        *ret = text;
        *ret_n = n + now.n;
        return 0;
}
