/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* EPT as VMX's capability MSRs announce it: IA32_VMX_PROCBASED_CTLS (0x482), IA32_VMX_PROCBASED_CTLS2 (0x48B) and
 * IA32_VMX_EPT_VPID_CAP (0x48C) (SDM 3D, appendix A.3 and A.10; kernel: arch/x86/include/asm/vmx.h). */

#include <stdbool.h>
#include <stdint.h>

typedef struct VmxEpt {
        /* The value is KVM's feature MSR, what it offers for nesting (arch/x86/kvm/vmx/nested.c), not the register:
         * page sizes and INVEPT extents are forced on there; memory type UC is never offered; accessed_dirty false
         * may also mean the parameter eptad=N; and a value without any walk length means ept=N or an older CPU.
         * Walk lengths, execute_only, wb and invept can be relied on. */
        bool nested_values;

        bool execute_only;                 /* [0] */
        bool walk_length_4, walk_length_5; /* [6], [7] */
        bool uc, wb;                       /* [8], [14] memory types of the paging structures */
        bool page_2m, page_1g;             /* [16], [17] */
        bool invept;                       /* [20] */
        bool accessed_dirty;               /* [21] */
        bool advanced_exit_info;           /* [22] */
        bool invept_single, invept_global; /* [25], [26] */
        bool invvpid;                      /* [32] */

        uint8_t levels; /* deepest walk, 5 or 4; 0: no EPT, or unknown when nested_values */
} VmxEpt;

void vmx_ept_decode(uint64_t ept_vpid_cap, bool nested_values, VmxEpt *ret);

/* What kvm_intel demands before it uses EPT at all (arch/x86/kvm/vmx/vmx.c); for the register itself, not for
 * KVM's own values. */
bool vmx_ept_usable(const VmxEpt *ept);

/* Allowed-1 bits of the secondary controls; all false when PROCBASED_CTLS offers none (then 0x48B is void). */
bool vmx_has_ept(uint64_t procbased_ctls, uint64_t procbased_ctls2);                /* bit 1 */
bool vmx_has_vpid(uint64_t procbased_ctls, uint64_t procbased_ctls2);               /* bit 5 */
bool vmx_has_unrestricted_guest(uint64_t procbased_ctls, uint64_t procbased_ctls2); /* bit 7 */
