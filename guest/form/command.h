/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A command line, of whichever VMM's it is. */

#include "guest/form/words/vm.h"

/* Fills *ret, to be emptied with guest_done(); no default is filled in. With files being NULL none is read that it names. 0,
 * -EINVAL with *reterr filled, -ENOMEM. */
int vm_command_read(const VmWords *words, const VmFiles *files, Guest *ret, VmError *reterr);
