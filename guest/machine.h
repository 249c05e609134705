/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of machine types; versions. */

#include "guest/guest.h"

/* "pc-q35-7.1", "q35", "pc-i440fx-8.2", "pc", "microvm", "virt-10.0", "virt", "cloud-hypervisor". A distribution's own type
 * ("pc-q35-rhel9.2.0", "pc-q35-noble") is known if its QEMU version is; *ret_exact is then false, as for
 * types of unknown version (all zero). -EINVAL for any other machine. */
int machine_from_name(const char *name, MachineKind *ret_kind, GuestVersion *ret_version, bool *ret_exact);

/* x86 for the machines of both architectures. */
GuestArchitecture machine_architecture(MachineKind kind);

/* Same, into the guest, with its architecture, and notes on a distribution's own type.
 * Cloud Hypervisor's leaves the architecture as it is. 0, -EINVAL, -ENOMEM, -E2BIG. */
int guest_set_machine(Guest *guest, const char *name);

/* Notes what a Red Hat machine type leaves open, after the guest is read: it sets the width if the guest
 * does not (host-phys-bits=on, host-phys-bits-limit=48). -ENOMEM, -E2BIG. */
int guest_note_machine(Guest *guest);

/* A name for machine_from_name(); own: what follows "pc-q35-" in a distribution's type, else "". */
void machine_to_name(MachineKind kind, const GuestVersion *version, const char *own, char *ret, size_t size);

/* "7", "7.2", "7.2.22"; tail: a non-digit and anything may follow. -EINVAL. */
int guest_version_from_text(const char *text, bool tail, GuestVersion *ret);

/* Up to the last nonzero part, at least two; OVMF tags ("202211") have one. */
void guest_version_to_text(const GuestVersion *version, char *ret, size_t size);

static inline bool guest_version_known(const GuestVersion *version) {
        return version->major > 0 || version->minor > 0 || version->patch > 0;
}

/* < 0, 0 or > 0. */
int guest_version_compare(const GuestVersion *a, const GuestVersion *b);

/* Whether version >= major.minor.patch. */
bool version_reaches(GuestVersion version, uint32_t major, uint32_t minor, uint32_t patch);
