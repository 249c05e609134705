/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Fills in settings that a form does not give, with the VMM's defaults for that machine version. Defaults
 * that depend on the host, package or version are noted in `assumed`. */

#include "guest/guest.h"

/* What is installed on the guest's host; all zero: unknown. */
typedef struct GuestInstalled {
        GuestVersion qemu;
        char qemu_build[16]; /* as Guest.vmm_build */
        GuestVersion ovmf, seabios;
        GuestVersion pve_ovmf;   /* Proxmox's own */
        GuestVersion aavmf;      /* qemu-efi-aarch64 */
        uint64_t site_mmio_size; /* window of this site's virt machines, bytes; 0: QEMU's */
        Tristate ovmf_five_level, ovmf_mmio64_exact;     /* how that package's OVMF was built */
        GuestVersion site_qemu, site_ovmf, site_seabios; /* set by the administrator; fallback */
        GuestVersion image_version;                      /* named by the target of the image's link */
        bool program_here;            /* the guest's QEMU is the packaged one, whatever its path */
        GuestVersion program_version; /* named by the target of the program's link */
        bool image_absent;            /* the image is a file not found here: package versions do not apply */
} GuestInstalled;

/* Fills in the version of VMM, machine and firmware, the firmware, the CPU model with its vendor and paging,
 * the vIOMMU's width. May be called again. Members with a documented meaning of 0 (phys_bits,
 * pci_hole64_size, …) stay 0. -ENOMEM, -E2BIG. */
int guest_defaults(Guest *guest, const GuestInstalled *installed);
