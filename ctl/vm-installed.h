/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which QEMU and which firmware this host has, from its package manager's own list: no program is run for it. */

#include "probe/decode/bytes.h"
#include "profile/guest/guest-defaults.h"

/* What cannot be told (another package manager, packages that are not there) stays zero. */
void vm_installed_read(GuestInstalled *ret);

/* Of a process, by its directory in /proc: what these packages do not tell of it becomes zero. With another root directory
 * that is all of it, as in a container; of another program, or one that an update has replaced, QEMU's version. */
void vm_installed_limit(int process, GuestInstalled *installed);

/* /var/lib/dpkg/status. */
void vm_installed_decode(Bytes status, GuestInstalled *ret);
