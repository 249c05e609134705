/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The collector's copies of the kernel's log and of Xen's. A ring forgets its first lines, but what they say holds
 * until the next boot. The copies are below /run, which does not outlive the boot. */

#include "probe/root/root.h"

/* Whose log it is: which lines matter, and how much a reader takes. */
typedef struct CollectLog {
        bool (*matters)(Bytes line);
        size_t max;
} CollectLog;

extern const CollectLog collect_log_kernel, collect_log_xen;

/* Lines of the copy that `now` lacks, then `now`: of several lines of one device the last counts. Lines of the copy
 * that do not matter are left out, and the first ones if all would be more than a reader takes.
 * The caller frees the result. -ENOMEM. */
int collect_log_merge(const CollectLog *log, Bytes before, Bytes now, uint8_t **ret, size_t *ret_n);
