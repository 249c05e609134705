/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text that has a QEMU command line somewhere: a script, a unit, a log, a listing of processes, a message with a copy of one
 * of these. Which it is shows in its lines. 0, -EINVAL with *reterr filled, -ENOMEM. */

#include "guest/form/words/vm.h"

int vm_text_read(const char *text, size_t n, const VmFiles *files, Guest *ret, VmError *reterr);
