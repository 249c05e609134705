/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cpuid-gate.h"

#define EXTENDED UINT32_C(0x80000000)

/* Every CPU with a leaf 4 supports 0x80000000; the last CPU without it is the Pentium III (maximum 3). */
#define BASIC_MAX_WITHOUT_EXTENDED 3

static bool any_extended(const CpuidTable *table) {
        for (size_t i = 0; i < table->n; i++)
                if (table->leaves[i].leaf >= EXTENDED)
                        return true;
        return false;
}

static bool predates_extended(const CpuidTable *table) {
        const CpuidLeaf *zero = cpuid_table_find(table, 0, 0);

        return zero && zero->eax <= BASIC_MAX_WITHOUT_EXTENDED && !any_extended(table);
}

Tristate cpuid_gate(const CpuidTable *table, uint32_t leaf, uint32_t subleaf, const CpuidLeaf **ret) {
        bool extended = leaf >= EXTENDED;
        const CpuidLeaf *range = cpuid_table_find(table, extended ? EXTENDED : 0, 0);

        *ret = NULL;
        if (range && (extended && range->eax >> 16 != EXTENDED >> 16))
                return TRISTATE_NO;
        if (range && leaf > range->eax)
                return TRISTATE_NO;
        if (!range && extended && predates_extended(table))
                return TRISTATE_NO;
        *ret = cpuid_table_find(table, leaf, subleaf);
        return *ret ? TRISTATE_YES : TRISTATE_UNKNOWN;
}
