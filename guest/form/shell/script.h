/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A script or a copied command line, read as a shell would. Nothing is executed. */

#include "guest/form/words/vm.h"

#define VM_SHELL_MAX ((size_t) 4 << 20)

/* Takes the first command with options after a QEMU's name. If conditions of the script lead to other
 * guests, notes it as ignored. With `paste`, a command continues over lines without backslashes. 0, -EINVAL
 * with *reterr filled, -ENOMEM. */
int vm_shell_read(const char *text, size_t n, bool paste, const VmFiles *files, Guest *ret, VmError *reterr);
