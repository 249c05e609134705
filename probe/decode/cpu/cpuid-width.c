/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/cpu/cpuid-width.h"

#include "probe/decode/cpu/cpuid-gate.h"

#define PHYSICAL_BITS_MIN 32
#define PHYSICAL_BITS_MAX 52 /* SDM 3A 4.1.4, APM 2 5.3: maximum MAXPHYADDR */
#define LINEAR_BITS_MIN 32
#define LINEAR_BITS_MAX 64

static bool is_prescott(const CpuidFeature *cpu) {
        return cpu->vendor == CPU_VENDOR_INTEL && cpu->family == 15 && cpu->model == 3 &&
                        (cpu->stepping == 3 || cpu->stepping == 4);
}

static void set(CpuidWidth *width, CpuidWidthRule rule, uint8_t physical, uint8_t linear) {
        width->rule = rule;
        width->reason = REASON_NONE;
        width->physical_bits = physical;
        width->linear_bits = linear;
}

static void decode_leaf(const CpuidLeaf *leaf, CpuidWidth *ret) {
        ret->leaf_present = true;
        ret->phys_addr_size = (uint8_t) bits(leaf->eax, 7, 0);
        ret->lin_addr_size = (uint8_t) bits(leaf->eax, 15, 8);
        ret->guest_phys_addr_size = (uint8_t) bits(leaf->eax, 23, 16);

        if (ret->phys_addr_size < PHYSICAL_BITS_MIN || ret->phys_addr_size > PHYSICAL_BITS_MAX ||
                        ret->lin_addr_size < LINEAR_BITS_MIN || ret->lin_addr_size > LINEAR_BITS_MAX) {
                ret->reason = REASON_MALFORMED;
                return;
        }
        set(ret, CPUID_WIDTH_LEAF, ret->phys_addr_size, ret->lin_addr_size);
}

/* For a CPU without leaf 0x80000008. The inputs for the choice of a fallback may be unknown. */
static void decode_fallback(const CpuidFeature *cpu, CpuidWidth *ret) {
        if (!cpu->leaf_80000001_known)
                return;
        if (cpu->lm)
                set(ret, CPUID_WIDTH_LONG_MODE, 36, 48);
        else if (cpu->leaf_1_known && (cpu->pae || cpu->pse36))
                set(ret, CPUID_WIDTH_PAE, 36, 32);
        else if (cpu->leaf_1_known)
                set(ret, CPUID_WIDTH_32BIT, 32, 32);
}

void cpuid_width_decode(const CpuidTable *table, const CpuidFeature *cpu, CpuidWidth *ret) {
        const CpuidLeaf *leaf;

        *ret = (CpuidWidth){ .reason = REASON_ABSENT };

        switch (cpuid_gate(table, 0x80000008, 0, &leaf)) {
        case TRISTATE_YES:
                decode_leaf(leaf, ret);
                break;
        case TRISTATE_NO:
                decode_fallback(cpu, ret);
                break;
        case TRISTATE_UNKNOWN:
                return;
        }
        if (ret->rule != CPUID_WIDTH_UNKNOWN && is_prescott(cpu))
                set(ret, CPUID_WIDTH_PRESCOTT, 36, ret->linear_bits);
}

const char *cpuid_width_rule_text(CpuidWidthRule rule) {
        static const char *const names[_CPUID_WIDTH_RULE_MAX] = {
                [CPUID_WIDTH_UNKNOWN] = "unknown",
                [CPUID_WIDTH_LEAF] = "CPUID 0x80000008 EAX",
                [CPUID_WIDTH_PRESCOTT] =
                                "Intel family 15 model 3 stepping 3 or 4: 36 bits, whatever CPUID reports",
                [CPUID_WIDTH_LONG_MODE] = "CPUID without leaf 0x80000008, long mode: 36 and 48 bits",
                [CPUID_WIDTH_PAE] = "CPUID without leaf 0x80000008, 32-bit CPU with PAE or PSE36: 36 bits",
                [CPUID_WIDTH_32BIT] = "CPUID without leaf 0x80000008, 32-bit CPU: 32 bits",
        };
        return rule < _CPUID_WIDTH_RULE_MAX ? names[rule] : "unknown";
}
