/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A systemd unit that starts QEMU (systemd.service(5), systemd.exec(5)). */

#include "guest/form/text/copy.h"
#include "guest/form/words/vm.h"

bool text_is_unit(const TextCopy *copy);

/* Its ExecStart= lines, with the variables of Environment=. 0, -EINVAL with *reterr filled, -ENOMEM; -ENOENT: it has no
 * ExecStart=. */
int text_unit_read(const TextCopy *copy, const VmFiles *files, Guest *ret, VmError *reterr);
