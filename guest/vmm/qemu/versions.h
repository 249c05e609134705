/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which versions of QEMU may run a guest that does not name one, as far as their rules differ for it. */

#include "guest/guest.h"

#define VMM_VERSIONS_MAX 11

/* One version for each set of rules that matters to this guest, the first that has them. All of them have its machine type;
 * the oldest stands for those before it as well, back to 2.10. 1 or more; of Cloud Hypervisor 0. */
size_t vmm_versions(const Guest *guest, GuestVersion ret[VMM_VERSIONS_MAX]);

/* Nobody said which it is, and there are rules to choose from. */
bool vmm_version_open(const Guest *guest);

/* Takes that version for the guest's, with the defaults that follow from it. */
void vmm_version_set(const GuestVersion *version, Guest *guest);

/* That a path names, as that of a Nix store or of a directory that somebody built in; all zero: none. */
GuestVersion vmm_path_version(const char *path);

/* A path that the packages of a distribution put QEMU at, or no path at all: the version installed is its. */
bool vmm_path_packaged(const char *path);
