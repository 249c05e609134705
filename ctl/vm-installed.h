/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which QEMU and which firmware this host has, from its package manager's own list: no program is run for it. */

#include "probe/decode/bytes.h"
#include "profile/guest/guest-defaults.h"

/* What cannot be told (another package manager, packages that are not there) stays zero. */
void vm_installed_read(GuestInstalled *ret);

/* /var/lib/dpkg/status. */
void vm_installed_decode(Bytes status, GuestInstalled *ret);
