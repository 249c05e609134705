/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A QEMU command line, as people write it, libvirt starts it, or the kernel shows it of a process. */

#include "guest/form/qemu/files.h"
#include "guest/form/words/words.h"

/* Fills *ret, to be emptied with guest_done(); no default is filled in. Of this host's files those alone are read that
 * -readconfig names, 16 at most, and none with files being NULL. 0, -EINVAL with *reterr filled, -ENOMEM. */
int vm_cmdline_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr);

/* Options alone, on top of what there is. */
int vm_options(Vm *vm, const VmWord *words, size_t n);
