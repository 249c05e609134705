/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cpuid-encryption.h"

#include "probe/decode/cpu/cpuid-gate.h"

void cpuid_encryption_decode(const CpuidTable *table, CpuidEncryption *ret) {
        const CpuidLeaf *leaf;
        Tristate gate = cpuid_gate(table, 0x8000001f, 0, &leaf);
        uint32_t eax = leaf ? leaf->eax : 0, ebx = leaf ? leaf->ebx : 0;

        *ret = (CpuidEncryption){
                .leaf = gate,
                .sme = cpuid_bit(gate, eax, 0),
                .sev = cpuid_bit(gate, eax, 1),
                .vm_page_flush = cpuid_bit(gate, eax, 2),
                .sev_es = cpuid_bit(gate, eax, 3),
                .sev_snp = cpuid_bit(gate, eax, 4),
                .sme_coherent = cpuid_bit(gate, eax, 10),
                .segmented_rmp = cpuid_bit(gate, eax, 23),
                .c_bit = (uint8_t) bits(ebx, 5, 0),
                .pa_reduction = (uint8_t) bits(ebx, 11, 6),
                .num_encrypted_guests = leaf ? leaf->ecx : 0,
                .min_sev_no_es_asid = leaf ? leaf->edx : 0,
        };
}
