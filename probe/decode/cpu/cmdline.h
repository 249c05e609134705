/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /proc/cmdline: the parameters that move an address width or an IOMMU, read as the kernel reads them (lib/cmdline.c
 * next_arg(), kernel/params.c): quotes hold blanks together, '-' and '_' are the same in a name, list options match
 * by prefix, "--" ends it (what follows is init's). */

#include <stdbool.h>
#include <stddef.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

/* What was asked for; all false means "not said", so the kernel's built-in default holds. Of each pair on/off the
 * later word wins and clears the other; everything else adds up. */
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
        bool pci_config_acs, pci_disable_acs_redir; /* pci=config_acs=…|disable_acs_redir=… is there */
} Cmdline;

/* Room for what cmdline_filter() leaves of any sane command line. */
#define KERNEL_PARAMETERS_MAX 512

/* Always 0. A value the kernel would not understand either is a fault at its byte; the rest goes on. */
int cmdline_decode(Bytes text, Cmdline *ret, FaultList *faults);

/* Only the parameters above, and of each only the words it knows, in their order and with one blank between, no
 * newline: everything else may hold secrets. Decoding the result gives the same Cmdline (but for the values of
 * pci=, which are left out). Always terminated; n + 1 bytes always suffice for a text of n, and in less the last
 * ones are left out whole. Returns its length. */
size_t cmdline_filter(Bytes text, char *ret, size_t size);
