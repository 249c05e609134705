/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A QEMU command line, as people write it, libvirt starts it, or the kernel shows it of a process. */

#include "guest/form/words/vm.h"

/* Fills *ret, to be emptied with guest_done(); no default is filled in. Of this host's files those alone are read that
 * -readconfig names, 16 at most, and none with files being NULL. 0, -EINVAL with *reterr filled, -ENOMEM. */
int vm_cmdline_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr);

/* Options alone, on top of what there is. */
int vm_options(Vm *vm, const VmWord *words, size_t n);

/* Options by their names: those that move no memory, and those that take no value. */

bool vm_option_is_harmless(const char *name);
bool vm_option_stands_alone(const char *name);

/* Known, with a value behind it; beside those whose keys and values are looked at. */
bool vm_option_has_value(const char *name);
