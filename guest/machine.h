/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of machine types, and versions. */

#include "guest/guest.h"

/* "pc-q35-7.1", "q35", "pc-i440fx-8.2", "pc", "microvm", "cloud-hypervisor". A distribution's own ("pc-q35-rhel9.2.0",
 * "pc-q35-noble") are known where the version of QEMU behind them is; then *ret_exact is false, as it is for those whose
 * version is not known (all zero then). -EINVAL for a machine that is none of these. */
int machine_from_name(const char *name, MachineKind *ret_kind, GuestVersion *ret_version, bool *ret_exact);

/* The same into the guest, with what there is to note about a distribution's own. 0, -EINVAL, -ENOMEM, -E2BIG. */
int guest_set_machine(Guest *guest, const char *name);

/* What a machine type of Red Hat's leaves open, once all of the guest is read: they set the width where the guest does not
 * (host-phys-bits=on, host-phys-bits-limit=48). -ENOMEM, -E2BIG. */
int guest_note_machine(Guest *guest);

/* As machine_from_name() reads it; a distribution's own with what stands behind "pc-q35-", else "". */
void machine_to_name(MachineKind kind, const GuestVersion *version, const char *own, char *ret, size_t size);

/* "7", "7.2", "7.2.22"; anything may follow after a character that is no digit when `tail`. -EINVAL. */
int guest_version_from_text(const char *text, bool tail, GuestVersion *ret);

/* Up to the last part that is not zero, but at least two; OVMF's tags ("202211") have one. */
void guest_version_to_text(const GuestVersion *version, char *ret, size_t size);

static inline bool guest_version_known(const GuestVersion *version) {
        return version->major > 0 || version->minor > 0 || version->patch > 0;
}

/* Below, equal, above. */
int guest_version_compare(const GuestVersion *a, const GuestVersion *b);

/* Is `version` at least major.minor.patch? */
bool version_reaches(GuestVersion version, uint32_t major, uint32_t minor, uint32_t patch);
