/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why a value is unknown. Absence, refusal and malformed input are results, not program errors: the reason
 * is stored with the value, and reading continues. The names are part of the JSON and D-Bus API. */

#include "probe/words.h"

typedef enum Reason {
        REASON_NONE = 0,           /* no error: the value is known */
        REASON_ABSENT,             /* no such file, register, leaf or ioctl on this host */
        REASON_PERMISSION,         /* exists; this process may not read it */
        REASON_MALFORMED,          /* was read, but does not parse */
        REASON_TOO_LARGE,          /* over the limit for its kind */
        REASON_NOT_A_FILE,         /* a FIFO, device node, socket or directory instead of a file */
        REASON_LINK_LOOP,          /* too many symbolic links */
        REASON_UNSUPPORTED_KERNEL, /* not supported by this kernel */
        REASON_HIDDEN, /* the kernel returns zeros instead of numbers (/proc/iomem without privilege) */
        REASON_NOT_APPLICABLE, /* no meaning on this host */
        REASON_AMBIGUOUS,      /* two interpretations are possible */
        REASON_IO,             /* read error */
        REASON_RESOURCES,      /* out of memory or file descriptors */
        REASON_XEN,            /* Xen has it; Linux, in a domain of Xen, cannot know it */
        _REASON_MAX,
} Reason;

/* "permission", "absent", …; "none" for REASON_NONE. */
WORDS_DECLARE(Reason, reason);

/* Reason for an errno (positive or negative) of a libc call. */
Reason reason_from_errno(int error);
