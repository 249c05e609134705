/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "probe/decode/text.h"
#include "probe/decode/xen/xen-log.h"
#include "probe/root/root-internal.h"
#include "probe/root/root-xen.h"
#include "probe/root/xen-abi.h"

#define LOG_TEXT "hawd/xen-log"
#define LINE_MAX_BYTES 1024
#define RING_MAX (64U << 20) /* conring_size= is a few MiB at most */

#if defined(__x86_64__)

typedef struct Filter {
        Buffer *lines;
        uint8_t line[LINE_MAX_BYTES]; /* of which the end has not been read */
        size_t n;
        bool too_long;
        Reason reason;
} Filter;

static void end_line(Filter *filter) {
        Bytes line = { .data = filter->line, .n = filter->n };
        Buffer *lines = filter->lines;

        if (!filter->too_long && xen_log_line_matters(line)) {
                line = xen_log_line_kept(line);
                if (lines->n + line.n + 1 > ROOT_XEN_LOG_MAX)
                        filter->reason = REASON_TOO_LARGE;
                else if (!buffer_reserve(lines, lines->n + line.n + 1))
                        filter->reason = REASON_RESOURCES;
                else {
                        memcpy(lines->data + lines->n, line.data, line.n);
                        lines->n += line.n;
                        lines->data[lines->n++] = '\n';
                }
        }
        filter->n = 0;
        filter->too_long = false;
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
static Reason read_part(XenCall *call, uint32_t version, bool first, uint32_t *index, Bytes *ret) {
        uint32_t n;
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
        return REASON_NONE;
}

static Reason read_ring(XenCall *call, Buffer *ret) {
        Filter filter = { .lines = ret };
        Reason reason = REASON_NONE;
        uint32_t index = 0, version = root_xen_sysctl_version(call, &reason);
        Bytes part;

        if (version == 0)
                return reason;
        for (size_t n = 0; n < RING_MAX && filter.reason == REASON_NONE; n += part.n) {
                reason = read_part(call, version, n == 0, &index, &part);
                if (reason != REASON_NONE || part.n == 0)
                        break;
                take(&filter, part);
        }
        if (reason == REASON_NONE)
                reason = filter.reason;
        if (reason == REASON_NONE && filter.n > 0)
                end_line(&filter);
        return reason;
}

static Reason read_live(Root *root, Buffer *ret) {
        _cleanup_(xen_call_done) XenCall call = {};
        Reason reason = root_xen_open(root, &call);

        if (reason != REASON_NONE)
                return reason;
        reason = read_ring(&call, ret);
        if (reason == REASON_NONE && !buffer_reserve(ret, ret->n))
                reason = REASON_RESOURCES;
        if (reason != REASON_NONE) {
                ret->n = 0;
                return root_failed(root, LOG_TEXT, reason);
        }
        ret->data[ret->n] = 0;
        root_tell_file(root, LOG_TEXT, buffer_bytes(ret));
        return REASON_NONE;
}

#else

static Reason read_live(Root *root, Buffer *ret) {
        return root_failed(root, XEN_DEVICE, REASON_NOT_APPLICABLE);
}

#endif

Reason root_xen_log(Root *root, Buffer *ret) {
        Reason reason;

        ret->n = 0;
        if (!root->live)
                return root_read_text(root, LOG_TEXT, XEN_DEVICE, ROOT_XEN_LOG_MAX, ret);
        reason = root_read_private(root, LOG_TEXT, ROOT_XEN_LOG_MAX, ret);
        return reason == REASON_NONE ? reason : read_live(root, ret);
}
