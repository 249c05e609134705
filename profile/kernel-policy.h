/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Differences between Linux versions in the domains that IOMMU drivers give VFIO, and in what KVM reports.
 * No file reports them, so hawd uses the kernel release. */

#include "probe/fact.h"

typedef enum KernelWay {
        /* intel: VFIO domains use first-stage tables if a unit in scalable mode has both stages. */
        KERNEL_VTD_PREFERS_FIRST_STAGE,
        /* intel: scalable mode is on unless disabled on the command line. */
        KERNEL_VTD_SCALABLE_BY_DEFAULT,
        /* amd: amd_iommu=pgtbl_v2 is known, and limits VFIO domains to 48 bits, or … */
        KERNEL_AMD_PGTBL_V2,
        /* … to the lower half of a guest-format table. */
        KERNEL_AMD_PGTBL_V2_LOWER_HALF,
        /* amd: IVinfo.VASize limits all domains. */
        KERNEL_AMD_VASIZE,
        /* amd: IVHD attribute HATDis disables the host page table. */
        KERNEL_AMD_HATDIS,
        /* VFIO rejects devices with a direct region, for all IOMMU drivers. */
        KERNEL_REFUSES_DIRECT_REGIONS,
        /* intel: iommufd domains use first-stage tables if a unit in scalable mode has no others. */
        KERNEL_IOMMUFD_FIRST_STAGE,
        /* KVM: with second-level paging KVM_GET_SUPPORTED_CPUID has GuestPhysBits, 0x80000008 EAX[23:16]. */
        KERNEL_KVM_TELLS_GUEST_BITS,
        _KERNEL_WAY_MAX,
} KernelWay;

/* `release` as in uname -r. UNKNOWN for releases between the last kernel tested with the old behaviour and
 * the first tested with the new one, for distributions that backport drivers under an old version number,
 * and for invalid text. */
Tristate kernel_goes(const char *release, KernelWay way);

/* Whether a device gets its group when the kernel finds it, not when a driver binds: on arm64 and with virtio-iommu
 * since Linux 6.15 (bcb81ac6ae3c, iommu_fwspec). UNKNOWN for backports and invalid text. */
Tristate kernel_groups_early(const char *release);

/* Whether iommufd maps the BARs of a device for other devices: since Linux 6.19, in NVIDIA's kernels earlier.
 * UNKNOWN for invalid text. */
Tristate kernel_maps_bars(const char *release);
