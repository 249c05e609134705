/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "probe/decode/xen/xen-log.h"
#include "probe/root/root-internal.h"
#include "probe/root/xen-abi.h"
#include "probe/root/xen-ask.h"

#define LINE_MAX_BYTES 1024
#define RING_MAX (64U << 20) /* conring_size= is a few MiB at most */

typedef struct Filter {
        Buffer *lines;
        size_t max;
        uint8_t line[LINE_MAX_BYTES]; /* of which the end has not been read */
        size_t n;
        bool cut; /* its beginning is lost: what is left could pass for Xen's own, though a guest wrote it */
        bool too_long;
        Reason reason;
} Filter;

/* Lines of the boot come first: if there is no room for all, later ones are left out. */
static void keep_line(Filter *filter, Bytes line) {
        Buffer *lines = filter->lines;

        if (lines->n + line.n + 1 > filter->max)
                return;
        if (!buffer_reserve(lines, lines->n + line.n + 1)) {
                filter->reason = REASON_RESOURCES;
                return;
        }
        memcpy(lines->data + lines->n, line.data, line.n);
        lines->n += line.n;
        lines->data[lines->n++] = '\n';
}

static void end_line(Filter *filter) {
        Bytes line = { .data = filter->line, .n = filter->n };

        if (!filter->too_long && !filter->cut && xen_log_line_matters(line))
                keep_line(filter, xen_log_line_kept(line));
        filter->n = 0;
        filter->too_long = filter->cut = false;
}

static void take(Filter *filter, Bytes part) {
        for (size_t i = 0; i < part.n && filter->reason == REASON_NONE; i++)
                if (part.data[i] == '\n')
                        end_line(filter);
                else if (filter->n == sizeof(filter->line))
                        filter->too_long = true;
                else
                        filter->line[filter->n++] = part.data[i];
}

/* Reads the next part of the ring, from the index on if there was one before. */
static Reason read_part(
                XenCall *call, uint32_t version, bool first, uint32_t *index, Bytes *ret, bool *ret_gap) {
        uint32_t n, before = *index;
        long r;

        xen_call_clear(call);
        call->argument[XEN_CONSOLE_INCREMENTAL] = !first;
        xen_call_put_u32(call, XEN_CONSOLE_INDEX, *index);
        xen_call_put_data(call, XEN_CONSOLE_BUFFER);
        xen_call_put_u32(call, XEN_CONSOLE_COUNT, XEN_CALL_DATA_SIZE);
        r = xen_call_sysctl(call, version, XEN_SYSCTL_READ_CONSOLE);
        if (r < 0)
                return reason_from_errno((int) r);
        *index = bytes_u32(xen_call_argument(call), XEN_CONSOLE_INDEX);
        n = bytes_u32(xen_call_argument(call), XEN_CONSOLE_COUNT);
        *ret = xen_call_data(call, n);
        *ret_gap = *index - n != before;
        return REASON_NONE;
}

/* A ring that has overwritten its beginning, before or while it was read, goes on in the middle of a line. From index 0
 * on nothing has been overwritten: then the first line is whole. */
static void begin_part(Filter *filter, bool gap) {
        if (!gap)
                return;
        filter->n = 0;
        filter->cut = true;
}

Reason xen_ask_log(XenCall *call, size_t max, Buffer *ret) {
        Filter filter = { .lines = ret, .max = max };
        Reason reason = REASON_NONE;
        uint32_t index = 0, version = xen_ask_sysctl_version(call, &reason);
        Bytes part;
        bool gap = false;

        if (version == 0)
                return reason;
        for (size_t n = 0; n < RING_MAX && filter.reason == REASON_NONE; n += part.n) {
                reason = read_part(call, version, n == 0, &index, &part, &gap);
                if (reason != REASON_NONE || part.n == 0)
                        break;
                begin_part(&filter, gap);
                take(&filter, part);
        }
        if (reason == REASON_NONE)
                reason = filter.reason;
        if (reason == REASON_NONE && filter.n > 0)
                end_line(&filter);
        return reason;
}
