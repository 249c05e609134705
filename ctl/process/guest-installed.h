/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which QEMU and which firmware this host has, from its package manager's own list: no program is run for it. */

#include "guest/vmm/defaults.h"
#include "probe/decode/bytes.h"

/* dpkg's list, or pacman's. What cannot be told (rpm's database, packages that are not there) stays zero. */
void guest_installed_read(GuestInstalled *ret);

/* The programs of the packages that are known; NULL behind them. */
extern const char *const guest_installed_programs[];

/* The guest's own program on this host: one that is the package's by another name; one that is a link to a place whose name
 * has a version. */
void guest_installed_program(const Guest *guest, GuestInstalled *installed);

/* The guest's own image on this host: one that is not here is of no package; one that is a link to a place whose name has a
 * version has that version. */
void guest_installed_image(const Guest *guest, GuestInstalled *installed);

/* A directory of /var/lib/pacman/local. */
void guest_installed_pacman(const char *entry, GuestInstalled *installed);

/* /var/lib/dpkg/status. */
void guest_installed_decode(Bytes status, GuestInstalled *ret);
