/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a CPU has a leaf at all. A CPU answers beyond its maximum with the data of another leaf (Intel) or with
 * zeros (AMD), so a leaf counts only when the maximum of its range admits it: leaf 0 EAX for the basic ones, leaf
 * 0x80000000 EAX for the extended ones, valid only when its high half is 0x8000 (Intel SDM 2A "CPUID"; kernel:
 * arch/x86/kernel/cpu/common.c). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/cpu/cpuid-table.h"
#include "probe/fact.h"

/* YES: *ret is the leaf. NO: the CPU has no such leaf, so what the leaf would announce is not there. UNKNOWN: the
 * table does not say; nothing follows. *ret is NULL unless YES.
 *
 * A range whose maximum the table lacks takes its leaves as they are. Where no extended leaf is there at all and
 * the highest basic leaf is below 4, the CPU is from before they were introduced: NO. */
Tristate cpuid_gate(const CpuidTable *table, uint32_t leaf, uint32_t subleaf, const CpuidLeaf **ret);
