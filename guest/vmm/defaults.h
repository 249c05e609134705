/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a form of a guest did not say gets the default of its VMM at that machine version; each such choice that
 * another host, package or version would make differently is noted in `assumed`. */

#include "guest/guest.h"

/* What is installed where the guest runs; all zero: not known. */
typedef struct GuestInstalled {
        GuestVersion qemu;
        char qemu_build[16]; /* as Guest.vmm_build */
        GuestVersion ovmf, seabios;
        GuestVersion pve_ovmf;                           /* Proxmox's own */
        Tristate ovmf_five_level, ovmf_mmio64_exact;     /* how that package's OVMF was built */
        GuestVersion site_qemu, site_ovmf, site_seabios; /* of an administrator, where no package tells */
        GuestVersion image_version; /* that the place names which the guest's image is a link to */
        bool program_here; /* the guest's QEMU is the one of the package, whatever path it is named by */
        GuestVersion program_version; /* that the place names which its path is a link to */
        bool image_absent; /* the guest's image is a file that is not here: no package's version is its */
} GuestInstalled;

/* Filled in: the VMM's version, the machine's, the firmware and its version, the CPU model with what the model says of
 * vendor and paging, the vIOMMU's width. Once filled in nothing is left to do, so that it may be called again. What the
 * struct's own comments give a meaning to 0 for (phys_bits, pci_hole64_size, …) stays 0. -ENOMEM, -E2BIG. */
int guest_defaults(Guest *guest, const GuestInstalled *installed);
