/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The collector's copy of the kernel's log. The ring forgets its first lines, but what they say holds until the
 * next boot. The copy is below /run, which does not outlive the boot. */

#include "probe/root/root.h"

/* Lines of the copy that `now` lacks, then `now`: of several lines of one device the last counts. Lines of the copy
 * that do not matter (kernel-log.h) are left out, and the first ones if all would be more than a reader takes.
 * The caller frees the result. -ENOMEM. */
int collect_log_merge(Bytes before, Bytes now, uint8_t **ret, size_t *ret_n);
