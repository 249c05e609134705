/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Fields of model-specific registers. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/cpu/cpuid-encryption.h"

/* ── lock on virtualisation by firmware ────────────────────────────────────────────────────────────────── */

/* IA32_FEAT_CTL (0x3A; SDM 4, table 2-2; kernel: arch/x86/kernel/cpu/feat_ctl.c): locked [0] without VMX
 * outside SMX [2]. If unlocked, the kernel sets [2] itself. */
bool feat_ctl_vmx_off(uint64_t feat_ctl);

/* VM_CR (0xC0010114; APM 2, 15.30.1): SVMDIS [4]. Before 6.12, /proc/cpuinfo shows svm even if it is set. */
bool vm_cr_svm_off(uint64_t vm_cr);

/* ── EPT ───────────────────────────────────────────────────────────────────────────────────────────────── */

/* IA32_VMX_EPT_VPID_CAP (0x48C; SDM 3D, appendix A.10). */
typedef struct VmxEpt {
        /* The value is KVM's feature MSR, i.e. what KVM offers for nesting (arch/x86/kvm/vmx/nested.c), not
         * the register. It always has the page sizes; accessed_dirty may be false because of eptad=N; no
         * walk length means ept=N or an older CPU. */
        bool nested_values;

        bool page_2m, page_1g; /* [16], [17] */
        bool accessed_dirty;   /* [21] */
        uint8_t levels;        /* deepest walk, 5 [7] or 4 [6]; 0: no EPT, or unknown when nested_values */
} VmxEpt;

void vmx_ept_decode(uint64_t ept_vpid_cap, bool nested_values, VmxEpt *ret);

/* By IA32_VMX_PROCBASED_CTLS (0x482) and IA32_VMX_PROCBASED_CTLS2 (0x48B) (SDM 3D, appendix A.3). */
bool vmx_has_ept(uint64_t procbased_ctls, uint64_t procbased_ctls2);

/* ── memory encryption ─────────────────────────────────────────────────────────────────────────────────── */

/* AMD's SYSCFG (0xC0010010; APM 2, 7.10; kernel: arch/x86/kernel/cpu/amd.c, early_detect_mem_encrypt()):
 * [23] memory encryption, which alone reduces the width. */
bool syscfg_mem_encrypt(uint64_t syscfg);

/* Physical address bits that encryption takes, even if the kernel does not use it: the CPUID field if SME or
 * SEV is supported and SYSCFG[23] is set, else 0. */
unsigned syscfg_bits_taken(uint64_t syscfg, const CpuidEncryption *encryption);

/* Intel's IA32_TME_ACTIVATE (0x982; kernel: arch/x86/kernel/cpu/intel.c, detect_tme_early()), where CPUID
 * 7.0 ECX[13] is set. */
typedef struct TmeActivate {
        bool locked, enabled;   /* [0], [1]; the rest is valid only if both are set */
        uint8_t keyid_bits;     /* [35:32], KeyID bits in use, including TDX */
        uint8_t tdx_keyid_bits; /* [39:36], number of these used for TDX */
} TmeActivate;

void tme_activate_decode(uint64_t value, TmeActivate *ret);

/* Bits that the kernel subtracts from the physical width: the KeyID bits (including TDX) if locked and
 * enabled, else 0. */
unsigned tme_bits_taken(const TmeActivate *tme);
