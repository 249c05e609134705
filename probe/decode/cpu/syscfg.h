/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* AMD's SYSCFG (0xC0010010) and HWCR (0xC0010015), which say whether firmware switched memory encryption on (APM 2,
 * 7.10 and 15.34; kernel: arch/x86/include/asm/msr-index.h, arch/x86/kernel/cpu/amd.c early_detect_mem_encrypt()). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/cpu/cpuid-encryption.h"

bool syscfg_mfdm(uint64_t syscfg);        /* [19] MtrrFixDramModEn */
bool syscfg_mem_encrypt(uint64_t syscfg); /* [23] memory encryption; costs the bits by itself */
bool syscfg_snp(uint64_t syscfg);         /* [24] SecureNestedPagingEn */
bool syscfg_vmpl(uint64_t syscfg);        /* [25] VMPLEn */

/* [0] SmmLock; the kernel hides SEV while it is clear. */
bool hwcr_smm_lock(uint64_t hwcr);

/* How many bits of the physical width encryption takes, whether or not the kernel itself uses it: the field of
 * CPUID when there is SME or SEV and SYSCFG[23] is set, else 0. */
unsigned syscfg_bits_taken(uint64_t syscfg, const CpuidEncryption *encryption);
