/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* AMD memory encryption, CPUID 0x8000001F (APM 3, E.4.17; kernel: Documentation/arch/x86/
 * amd-memory-encryption.rst). Capability only; SYSCFG has its state. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/cpu/cpuid-table.h"

typedef struct CpuidEncryption {
        bool known;   /* false: the table lacks the leaf, the rest is unknown */
        bool present; /* the CPU has leaf 0x8000001F; if not, all flags are false and the numbers invalid */
        bool sme, sev, vm_page_flush, sev_es, sev_snp, sme_coherent,
                        segmented_rmp; /* EAX[0..4], [10], [23] */
        uint8_t c_bit;        /* EBX[5:0], page-table bit number; 0 on some CPUs that set SME and SEV */
        uint8_t pa_reduction; /* EBX[11:6], bits lost to the host if encryption is on; 0 on the same CPUs */
        uint32_t num_encrypted_guests; /* ECX */
        uint32_t min_sev_no_es_asid;   /* EDX */
} CpuidEncryption;

void cpuid_encryption_decode(const CpuidTable *table, CpuidEncryption *ret);
