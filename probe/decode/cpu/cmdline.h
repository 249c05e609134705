/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /proc/cmdline: the parameters that affect address widths or IOMMUs, parsed as the kernel does
 * (lib/cmdline.c next_arg(), kernel/params.c): quotes protect blanks, '-' and '_' are equal in names, list
 * options match by prefix, "--" ends the kernel's part (the rest is for init). */

#include <stdbool.h>
#include <stddef.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

/* The requested settings. All false means "not set": the kernel's default applies. In each on/off pair the
 * later word clears the other; all others accumulate. */
typedef struct Cmdline {
        bool intel_iommu_on, intel_iommu_off; /* intel_iommu=on|off */
        bool intel_sm_on, intel_sm_off;       /* intel_iommu=sm_on|sm_off: scalable mode */
        bool intel_igfx_off,
                        intel_intgpu_off; /* intel_iommu=igfx_off|intgpu_off: graphics without translation */
        bool intel_strict, intel_tboot_noforce;     /* intel_iommu=strict|tboot_noforce */
        bool amd_iommu_off, amd_force_enable;       /* amd_iommu=off|force_enable */
        bool amd_pgtbl_v1, amd_pgtbl_v2;            /* amd_iommu=pgtbl_v1|pgtbl_v2 */
        bool iommu_off, iommu_soft;                 /* iommu=off|soft */
        bool iommu_force, iommu_noforce;            /* iommu=force|noforce */
        bool iommu_pt, iommu_nopt;                  /* iommu=pt|nopt, iommu.passthrough=1|0 */
        bool iommu_strict, iommu_lazy;              /* iommu.strict=1|0 */
        bool intremap_on, intremap_off;             /* intremap=on|off: interrupt remapping */
        bool intremap_no_x2apic_optout;             /* intremap=no_x2apic_optout */
        bool no5lvl;                                /* no5lvl */
        bool mem_encrypt_on, mem_encrypt_off;       /* mem_encrypt=on|off */
        bool ept_on, ept_off;                       /* kvm_intel.ept=1|0 */
        bool npt_on, npt_off;                       /* kvm_amd.npt=1|0 */
        bool kvm_arm_none, kvm_arm_some;            /* kvm-arm.mode=none|nvhe, protected, nested */
        bool pci_config_acs, pci_disable_acs_redir; /* pci=config_acs=…|disable_acs_redir=… is set */
} Cmdline;

/* Enough for cmdline_filter() of a realistic command line. */
#define KERNEL_PARAMETERS_MAX 512

/* Always returns 0. A value that the kernel rejects is a fault at its byte; parsing continues. */
int cmdline_decode(Bytes text, Cmdline *ret, FaultList *faults);

/* Keeps only the parameters above, each with its known words only, in order, separated by one blank, without
 * newline: everything else may hold secrets. The result decodes to the same Cmdline (except the values of
 * pci=, which are dropped). Always terminated. n + 1 bytes suffice for a text of n; in a smaller buffer the
 * last parameters are dropped whole. Returns the length. */
size_t cmdline_filter(Bytes text, char *ret, size_t size);
