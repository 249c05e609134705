/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>

#include "probe/root/root-internal.h"
#include "probe/root/root-xen.h"
#include "probe/root/xen-ask.h"
#include "probe/root/xen-call.h"

#define XEN_FILE "hawd/xen"
#define XEN_FILE_MAX (1U << 20)

static Reason read_tree(Root *root, XenAnswers *ret, FaultList *faults) {
        _cleanup_(buffer_done) Buffer buffer = {};
        Reason reason = root_read_text(root, XEN_FILE, XEN_DEVICE, XEN_FILE_MAX, &buffer);

        if (reason != REASON_NONE)
                return reason;
        return xen_answers_parse(buffer_bytes(&buffer), ret, faults) < 0 ? REASON_RESOURCES : REASON_NONE;
}

#if defined(__x86_64__)

Reason root_xen_open(Root *root, XenCall *ret) {
        int privcmd = root_openat(root, XEN_DEVICE, O_RDWR);

        if (privcmd < 0)
                return root_failed(root, XEN_DEVICE, reason_from_errno(privcmd));
        return xen_call_begin(ret, privcmd, root_openat(root, "dev/xen/hypercall", O_RDWR));
}

static void tell(const Root *root, const XenAnswers *answers) {
        _cleanup_free_ char *text = root->observer.file ? xen_answers_format(answers) : NULL;

        if (text)
                root_tell_file(root, XEN_FILE, bytes_of(text));
}

static Reason read_live(Root *root, const PciAddress *devices, size_t n, XenAnswers *ret) {
        _cleanup_(xen_call_done) XenCall call = {};
        Reason reason = root_xen_open(root, &call);

        if (reason != REASON_NONE)
                return reason;
        xen_ask(&call, devices, n, ret);
        tell(root, ret);
        return REASON_NONE;
}

#else

/* Hypercalls have another form there. */
static Reason read_live(Root *root, const PciAddress *devices, size_t n, XenAnswers *ret) {
        return root_failed(root, XEN_DEVICE, REASON_NOT_APPLICABLE);
}

#endif

Reason root_xen(Root *root, const PciAddress *devices, size_t n, XenAnswers *ret, FaultList *faults) {
        *ret = (XenAnswers){};
        if (!root->live)
                return read_tree(root, ret, faults);
        if (root->private_tree && read_tree(root->private_tree, ret, faults) == REASON_NONE)
                return REASON_NONE;
        return read_live(root, devices, n, ret);
}
