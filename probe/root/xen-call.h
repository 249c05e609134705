/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Hypercalls through Linux's /dev/xen/privcmd (xen/privcmd.h). Xen reads and writes arguments in the caller's memory,
 * which must not move meanwhile: /dev/xen/hypercall gives such memory. Nothing of Xen's tools is needed. */

#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/reason.h"

#define XEN_CALL_ARGUMENT_SIZE 4096
#define XEN_CALL_DATA_SIZE (128 * 1024)

typedef struct XenCall {
        int fd;
        uint8_t *argument; /* what the argument is, XEN_CALL_ARGUMENT_SIZE bytes */
        uint8_t *data;     /* what it points to, XEN_CALL_DATA_SIZE bytes */
} XenCall;

/* Takes over both descriptors; hypercall is -1 where Linux has no such device (before 4.18). */
Reason xen_call_begin(XenCall *ret, int privcmd, int hypercall);
void xen_call_done(XenCall *call);

/* Fills the argument with zeros. */
void xen_call_clear(XenCall *call);

void xen_call_put_u32(XenCall *call, size_t offset, uint32_t value);
/* The address of the data. */
void xen_call_put_data(XenCall *call, size_t offset);

/* The result, or -errno, which Xen's own errors are, too. */
long xen_call_version(XenCall *call, unsigned command);
long xen_call_sysctl(XenCall *call, uint32_t version, unsigned command);
long xen_call_memory(XenCall *call, unsigned command);

static inline Bytes xen_call_argument(const XenCall *call) {
        return (Bytes){ .data = call->argument, .n = XEN_CALL_ARGUMENT_SIZE };
}

static inline Bytes xen_call_data(const XenCall *call, size_t n) {
        return (Bytes){ .data = call->data, .n = n < XEN_CALL_DATA_SIZE ? n : XEN_CALL_DATA_SIZE };
}
