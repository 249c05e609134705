/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A QEMU command line from a user, from libvirt or from /proc. */

#include "guest/form/words/vm.h"

/* Fills *ret; the caller empties it with guest_done(). Defaults are not filled in. The only files read are
 * those of -readconfig, 16 at most; none if files is NULL. 0, -EINVAL with *reterr filled, -ENOMEM. */
int vm_cmdline_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr);

/* Reads options alone, adding to the guest. */
int vm_options(Vm *vm, const VmWord *words, size_t n);

/* Options by name: without effect on memory, and without a value. */

bool vm_option_is_harmless(const char *name);
bool vm_option_stands_alone(const char *name);

/* Known and takes a value, besides those that vm_options() reads. */
bool vm_option_has_value(const char *name);
