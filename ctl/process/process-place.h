/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The place of a process: its root and working directories, and whether this host's packages apply to it. */

#include <stdbool.h>

#include "ctl/process/guest-files.h"
#include "guest/guest.h"
#include "guest/vmm/defaults.h"

typedef struct ProcessPlace {
        bool same_root;    /* its root directory is this host's; else (container) packages do not apply */
        bool program_here; /* it runs the current program of this host's packages */
        bool image_absent; /* the process cannot find the guest's image */
        GuestVersion image_version; /* version in the path that the image links to */
} ProcessPlace;

/* Called before taking the process's identity, because this needs permission to trace it. Fills
 * files->root and files->cwd, which the caller closes; reads nothing for a set-user-ID or set-group-ID
 * program (files->refused). */
void process_place_read(int process, GuestFiles *files, ProcessPlace *ret);

/* Afterwards. */
void process_place_image(const GuestFiles *files, const Guest *guest, ProcessPlace *place);

/* For a process: clears what does not apply to it. With another root directory (a container) that is
 * everything; for another program, or one replaced by an update, QEMU's version. Handles the image as
 * guest_installed_image(). */
void process_place_installed(const ProcessPlace *place, GuestInstalled *installed);
