/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What differs from one Linux to the next where VFIO asks the IOMMU drivers for a domain, and in
 * what KVM tells. No file says which of two ways
 * a kernel goes: its release is all there is. */

#include "probe/fact.h"

typedef enum KernelWay {
        /* intel: VFIO's domains have first-stage tables where a unit in scalable mode has both stages. */
        KERNEL_VTD_PREFERS_FIRST_STAGE,
        /* intel: scalable mode is on unless the command line says otherwise. */
        KERNEL_VTD_SCALABLE_BY_DEFAULT,
        /* amd: amd_iommu=pgtbl_v2 is known, and ends VFIO's domains at 48 bits, or … */
        KERNEL_AMD_PGTBL_V2,
        /* … where the lower half of a guest-format table does. */
        KERNEL_AMD_PGTBL_V2_LOWER_HALF,
        /* amd: no domain is wider than IVinfo.VASize. */
        KERNEL_AMD_VASIZE,
        /* amd: IVHD attribute HATDis takes the host page table away. */
        KERNEL_AMD_HATDIS,
        /* VFIO refuses a device with a direct region, whatever the driver of its unit. */
        KERNEL_REFUSES_DIRECT_REGIONS,
        /* intel: iommufd's domains have first-stage tables where a unit in scalable mode has no others. */
        KERNEL_IOMMUFD_FIRST_STAGE,
        /* KVM: with second-level paging KVM_GET_SUPPORTED_CPUID has GuestPhysBits, 0x80000008 EAX[23:16]. */
        KERNEL_KVM_TELLS_GUEST_BITS,
        _KERNEL_WAY_MAX,
} KernelWay;

/* By the release as uname -r prints it. UNKNOWN for one between the last kernel that was seen to go the old way and the
 * first that was seen to go the new one, for a distribution's that takes over drivers of later kernels under an old
 * number, and for text that is no release. */
Tristate kernel_goes(const char *release, KernelWay way);
