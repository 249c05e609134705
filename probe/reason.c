/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/reason.h"

#include <errno.h>
#include <stdlib.h>

static const char *const reason_table[_REASON_MAX] = {
        [REASON_NONE] = "none",
        [REASON_ABSENT] = "absent",
        [REASON_PERMISSION] = "permission",
        [REASON_MALFORMED] = "malformed",
        [REASON_TOO_LARGE] = "too-large",
        [REASON_NOT_A_FILE] = "not-a-file",
        [REASON_LINK_LOOP] = "link-loop",
        [REASON_UNSUPPORTED_KERNEL] = "unsupported-kernel",
        [REASON_HIDDEN] = "hidden",
        [REASON_NOT_APPLICABLE] = "not-applicable",
        [REASON_AMBIGUOUS] = "ambiguous",
        [REASON_IO] = "io",
        [REASON_RESOURCES] = "resources",
        [REASON_XEN] = "xen",
};

WORDS_DEFINE(Reason, reason);

Reason reason_from_errno(int error) {
        switch (abs(error)) {
        case 0:
                return REASON_NONE;
        case ENOENT:
        case ENOTDIR:
        case ENXIO:
        case ENODEV:
                return REASON_ABSENT;
        case EACCES:
        case EPERM:
                return REASON_PERMISSION;
        case ELOOP:
                return REASON_LINK_LOOP;
        case EISDIR:
                return REASON_NOT_A_FILE;
        case EFBIG:
        case ENAMETOOLONG:
        case E2BIG:
                return REASON_TOO_LARGE;
        case EBADMSG:
        case EINVAL:
                return REASON_MALFORMED;
        case ENOSYS:
        case ENOTTY:
        case EOPNOTSUPP:
                return REASON_UNSUPPORTED_KERNEL;
        case ENOMEM:
        case EMFILE:
        case ENFILE:
                return REASON_RESOURCES;
        default:
                return REASON_IO;
        }
}
