/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why a thing is not known. Absence, refusal and malformed input are outcomes, not failures of the program:
 * each is kept beside the value it left open, and the rest goes on. The names are part of the JSON and D-Bus
 * contract. */

#include "probe/words.h"

typedef enum Reason {
        REASON_NONE = 0,           /* nothing is missing: the value is there */
        REASON_ABSENT,             /* no such file, register, leaf or ioctl on this host */
        REASON_PERMISSION,         /* it exists, this process may not read it */
        REASON_MALFORMED,          /* it was read and does not parse */
        REASON_TOO_LARGE,          /* over the bound for its kind */
        REASON_NOT_A_FILE,         /* a FIFO, device node, socket or directory where a file belongs */
        REASON_LINK_LOOP,          /* symbolic links that never end */
        REASON_UNSUPPORTED_KERNEL, /* this kernel does not offer it yet */
        REASON_HIDDEN, /* the kernel answers, with the numbers blanked (/proc/iomem without privilege) */
        REASON_NOT_APPLICABLE, /* has no meaning on this host */
        REASON_AMBIGUOUS,      /* what was read has two readings, and nothing decides between them */
        REASON_IO,             /* the read itself failed */
        REASON_RESOURCES,      /* out of memory or file descriptors */
        _REASON_MAX,
} Reason;

/* "permission", "absent", …; "none" for REASON_NONE. */
WORDS_DECLARE(Reason, reason);

/* The reason behind an errno (positive or negative) that a libc call left. */
Reason reason_from_errno(int error);
