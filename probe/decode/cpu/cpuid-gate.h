/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a CPU has a leaf. Beyond its maximum a CPU returns the data of another leaf (Intel) or zeros
 * (AMD), so a leaf is valid only up to the maximum of its range: leaf 0 EAX for basic leaves, leaf
 * 0x80000000 EAX for extended ones, valid only if its high half is 0x8000 (Intel SDM 2A "CPUID"; kernel:
 * arch/x86/kernel/cpu/common.c). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/cpu/cpuid-table.h"
#include "probe/fact.h"

/* YES: *ret is the leaf. NO: the CPU lacks the leaf and so its features. UNKNOWN: the table does not tell.
 * *ret is NULL unless YES.
 *
 * If the table lacks the maximum of a range, its leaves are taken as they are. If it has no extended leaf
 * and the highest basic leaf is below 4, the CPU predates extended leaves: NO. */
Tristate cpuid_gate(const CpuidTable *table, uint32_t leaf, uint32_t subleaf, const CpuidLeaf **ret);
