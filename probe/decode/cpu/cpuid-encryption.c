/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cpuid-encryption.h"

#include "probe/decode/cpu/cpuid-gate.h"

void cpuid_encryption_decode(const CpuidTable *table, CpuidEncryption *ret) {
        const CpuidLeaf *leaf;

        *ret = (CpuidEncryption){ .known = cpuid_gate(table, 0x8000001f, 0, &leaf) != TRISTATE_UNKNOWN };
        if (!leaf)
                return;
        ret->present = true;
        ret->sme = bit(leaf->eax, 0);
        ret->sev = bit(leaf->eax, 1);
        ret->vm_page_flush = bit(leaf->eax, 2);
        ret->sev_es = bit(leaf->eax, 3);
        ret->sev_snp = bit(leaf->eax, 4);
        ret->sme_coherent = bit(leaf->eax, 10);
        ret->segmented_rmp = bit(leaf->eax, 23);
        ret->c_bit = (uint8_t) bits(leaf->ebx, 5, 0);
        ret->pa_reduction = (uint8_t) bits(leaf->ebx, 11, 6);
        ret->num_encrypted_guests = leaf->ecx;
        ret->min_sev_no_es_asid = leaf->edx;
}
