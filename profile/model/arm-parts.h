/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names of arm64 CPUs by the implementer and part number of MIDR_EL1. Implementers: Arm Architecture Reference
 * Manual, MIDR_EL1. Parts: Arm's technical reference manuals, and for others what the vendors put into
 * arch/arm64/include/asm/cputype.h of Linux. The name is that of the core, which does not name the product. */

#include <stdint.h>

/* "ARM", "Ampere", … at most 15 characters. NULL: unknown. */
const char *arm_implementer_name(uint8_t implementer);

/* "Neoverse N1". NULL: unknown. */
const char *arm_part_name(uint8_t implementer, uint16_t part);
