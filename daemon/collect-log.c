/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/collect-log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/kernel/kernel-log.h"
#include "probe/decode/text.h"
#include "probe/decode/xen/xen-log.h"
#include "probe/root/root-xen.h"

const CollectLog collect_log_kernel = { kernel_log_line_matters, ROOT_KERNEL_LOG_MAX };
const CollectLog collect_log_xen = { xen_log_line_matters, ROOT_XEN_LOG_MAX };

static bool has_line(Bytes text, Bytes wanted) {
        Bytes line;
        size_t cursor = 0;

        while (text_line(text, &cursor, &line))
                if (line.n == wanted.n && memcmp(line.data, wanted.data, line.n) == 0)
                        return true;
        return false;
}

/* The next line of `before` that is only there. */
static bool next_lost(const CollectLog *log, Bytes before, Bytes now, size_t *cursor, Bytes *ret) {
        while (text_line(before, cursor, ret))
                if (log->matters(*ret) && !has_line(now, *ret))
                        return true;
        return false;
}

int collect_log_merge(const CollectLog *log, Bytes before, Bytes now, uint8_t **ret, size_t *ret_n) {
        size_t lost = 0, n = 0, room = now.n < log->max ? log->max - now.n : 0;
        uint8_t *text;
        Bytes line;

        for (size_t cursor = 0; next_lost(log, before, now, &cursor, &line);)
                lost += line.n + 1;
        text = malloc(lost + now.n + 1);
        if (!text)
                return -ENOMEM;
        for (size_t cursor = 0; next_lost(log, before, now, &cursor, &line); lost -= line.n + 1)
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
