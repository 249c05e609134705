/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Xen's CPUID leaves (xen/include/public/arch-x86/cpuid.h). They begin at 0x40000000, or, where Xen shows those of
 * Viridian first, at a higher multiple of 0x100. A PV domain sees them only if CPUID instructions of its programs fault,
 * which most CPUs of AMD cannot do. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/cpu/cpuid-table.h"

#define XEN_CPUID_FIRST 0x40000000u
#define XEN_CPUID_LAST 0x40010000u
#define XEN_CPUID_STEP 0x100u
#define XEN_CPUID_LEAVES 5 /* after the first */

typedef struct XenCpuid {
        bool found;
        uint32_t base; /* the leaf with the signature */
        bool version_known;
        uint16_t major, minor;
        uint8_t machine_bits; /* PV domains: width of machine addresses, with memory to be plugged in; 0 unknown */
} XenCpuid;

/* True if the leaf has Xen's signature. */
bool xen_cpuid_is_signature(const CpuidLeaf *leaf);

void xen_cpuid_decode(const CpuidTable *table, XenCpuid *ret);
