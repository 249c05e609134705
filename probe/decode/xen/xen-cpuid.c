/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/xen/xen-cpuid.h"

#include "probe/decode/bytes.h"

/* "XenVMMXenVMM" */
#define SIGNATURE_EBX 0x566e6558u
#define SIGNATURE_ECX 0x65584d4du
#define SIGNATURE_EDX 0x4d4d566eu

#define LEAF_VERSION 1
#define LEAF_PV 5

bool xen_cpuid_is_signature(const CpuidLeaf *leaf) {
        return leaf->ebx == SIGNATURE_EBX && leaf->ecx == SIGNATURE_ECX && leaf->edx == SIGNATURE_EDX;
}

/* Leaf 1 says in EAX which leaves there are: the last one is its own base's. */
static const CpuidLeaf *find(const CpuidTable *table, const CpuidLeaf *base, uint32_t n) {
        if (base->eax < base->leaf + n || base->eax - base->leaf >= XEN_CPUID_STEP)
                return NULL;
        return cpuid_table_find(table, base->leaf + n, 0);
}

void xen_cpuid_decode(const CpuidTable *table, XenCpuid *ret) {
        const CpuidLeaf *base = NULL, *leaf;

        *ret = (XenCpuid){};
        for (uint32_t at = XEN_CPUID_FIRST; at < XEN_CPUID_LAST && !base; at += XEN_CPUID_STEP) {
                leaf = cpuid_table_find(table, at, 0);
                if (leaf && xen_cpuid_is_signature(leaf))
                        base = leaf;
        }
        if (!base)
                return;
        ret->found = true;
        ret->base = base->leaf;
        leaf = find(table, base, LEAF_VERSION);
        if (leaf) {
                ret->version_known = true;
                ret->major = (uint16_t) bits(leaf->eax, 31, 16);
                ret->minor = (uint16_t) bits(leaf->eax, 15, 0);
        }
        leaf = find(table, base, LEAF_PV);
        if (leaf && bits(leaf->ebx, 7, 0) <= 64)
                ret->machine_bits = (uint8_t) bits(leaf->ebx, 7, 0);
}
