/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A script, or a command line that somebody copied, as a shell would read it. Nothing of it is run. */

#include "guest/form/words/vm.h"

#define VM_SHELL_MAX ((size_t) 4 << 20)

/* Of several commands the first with options behind a QEMU's name is taken. Where conditions of the script lead to other
 * guests, that is among what is ignored. With `paste`, the lines of a command go on without backslashes. 0, -EINVAL with
 * *reterr filled, -ENOMEM. */
int vm_shell_read(const char *text, size_t n, bool paste, const VmFiles *files, Guest *ret, VmError *reterr);
