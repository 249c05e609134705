/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/root-internal.h"
#include "probe/root/root-xen.h"
#include "probe/root/xen-ask.h"

#define LOG_TEXT "hawd/xen-log"

#if defined(__x86_64__)

static Reason read_live(Root *root, Buffer *ret) {
        _cleanup_(xen_call_done) XenCall call = {};
        Reason reason = root_xen_open(root, &call);

        if (reason != REASON_NONE)
                return reason;
        reason = xen_ask_log(&call, ROOT_XEN_LOG_MAX, ret);
        if (reason == REASON_NONE && !buffer_reserve(ret, ret->n))
                reason = REASON_RESOURCES;
        if (reason != REASON_NONE) {
                ret->n = 0;
                return root_failed(root, XEN_DEVICE, reason);
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
