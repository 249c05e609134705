/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Address widths from CPUID 0x80000008, with Linux's rules for CPUs without this leaf (kernel:
 * arch/x86/kernel/cpu/common.c get_cpu_address_sizes(), intel.c early_init_intel()). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/cpu/cpuid-feature.h"
#include "probe/decode/cpu/cpuid-table.h"
#include "probe/reason.h"

typedef enum CpuidWidthRule {
        CPUID_WIDTH_UNKNOWN = 0, /* see .reason */
        CPUID_WIDTH_LEAF,        /* measured: 0x80000008 EAX */
        CPUID_WIDTH_PRESCOTT,    /* family 15 model 3 stepping 3 or 4: 36 bits, the leaf is ignored */
        CPUID_WIDTH_LONG_MODE,   /* 64-bit CPU without the leaf: 36 and 48 bits */
        CPUID_WIDTH_PAE,         /* 32-bit CPU without the leaf, with PAE or PSE36: 36 and 32 bits */
        CPUID_WIDTH_32BIT,       /* 32-bit CPU without the leaf: 32 and 32 bits */
        _CPUID_WIDTH_RULE_MAX,
} CpuidWidthRule;

typedef struct CpuidWidth {
        CpuidWidthRule rule; /* LEAF is measured, all others are assumed */
        Reason reason; /* NONE if and only if rule is known; else ABSENT, or MALFORMED (invalid widths) */
        uint8_t physical_bits; /* 32..52; 0 if rule is UNKNOWN */
        uint8_t linear_bits;   /* 32..64; 0 if rule is UNKNOWN */
        bool leaf_present;     /* the CPU has leaf 0x80000008; the raw fields below are 0 without it */
        uint8_t phys_addr_size, lin_addr_size; /* EAX[7:0], EAX[15:8], raw, before any quirk */
        uint8_t guest_phys_addr_size;          /* EAX[23:16]; 0: "as PhysAddrSize" */
} CpuidWidth;

/* cpu: the features of the same table. */
void cpuid_width_decode(const CpuidTable *table, const CpuidFeature *cpu, CpuidWidth *ret);

/* Source of an assumed fact: "CPUID without leaf 0x80000008, long mode: 36 and 48 bits". Static. */
const char *cpuid_width_rule_text(CpuidWidthRule rule);
