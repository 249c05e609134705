/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads which QEMU and firmware are installed from the package manager's database; runs no program. */

#include "guest/vmm/defaults.h"
#include "probe/decode/bytes.h"

/* Reads dpkg's or pacman's database. What is unknown (rpm, missing packages) stays zero. */
void guest_installed_read(GuestInstalled *ret);

/* Programs of the known packages; ends with NULL. */
extern const char *const guest_installed_programs[];

/* Takes account of the guest's program on this host: a package's program under another name; a link to a
 * path with a version. */
void guest_installed_program(const Guest *guest, GuestInstalled *installed);

/* Takes account of the guest's image on this host: a missing image is of no package; a link to a path
 * with a version has that version. */
void guest_installed_image(const Guest *guest, GuestInstalled *installed);

/* A directory of /var/lib/pacman/local. */
void guest_installed_pacman(const char *entry, GuestInstalled *installed);

/* /var/lib/dpkg/status. */
void guest_installed_decode(Bytes status, GuestInstalled *ret);
