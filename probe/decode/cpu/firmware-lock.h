/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether firmware has locked virtualisation off: IA32_FEAT_CTL (0x3A; SDM 4, table 2-2; kernel:
 * arch/x86/kernel/cpu/feat_ctl.c) and VM_CR (0xC0010114; APM 2, 15.30.1). */

#include <stdbool.h>
#include <stdint.h>

bool feat_ctl_locked(uint64_t feat_ctl);          /* [0] */
bool feat_ctl_vmx_inside_smx(uint64_t feat_ctl);  /* [1] */
bool feat_ctl_vmx_outside_smx(uint64_t feat_ctl); /* [2] */

/* The kernel's "VMX (outside TXT) disabled by BIOS": locked without it. Unlocked, the kernel sets it itself. */
bool feat_ctl_vmx_off(uint64_t feat_ctl);

bool vm_cr_locked(uint64_t vm_cr);  /* [3] LOCK */
bool vm_cr_svm_off(uint64_t vm_cr); /* [4] SVMDIS */
