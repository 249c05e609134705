/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where a process is: its root directory, its working directory, and whether this host's packages tell of it. */

#include <stdbool.h>

#include "ctl/process/guest-files.h"
#include "guest/guest.h"
#include "guest/vmm/defaults.h"

typedef struct ProcessPlace {
        bool same_root; /* its root directory is this host's; else, as in a container, packages tell nothing */
        bool program_here;          /* it runs a program of this host's packages as it is now */
        bool image_absent;          /* the guest's image is not here, as far as the process can see */
        GuestVersion image_version; /* that the place names which the image is a link to */
} ProcessPlace;

/* Before the process's identity is taken, because only who may trace a process sees these. Fills files->root and files->cwd,
 * to be closed; nothing is read for a program that is set-user-ID or set-group-ID (files->refused). */
void process_place_read(int process, GuestFiles *files, ProcessPlace *ret);

/* After that. */
void process_place_image(const GuestFiles *files, const Guest *guest, ProcessPlace *place);

/* Of a process: what these packages do not tell of it becomes zero. With another root directory that is all of it, as in a
 * container; of another program, or one that an update has replaced, QEMU's version. Its image is noted as for
 * guest_installed_image(). */
void process_place_installed(const ProcessPlace *place, GuestInstalled *installed);
