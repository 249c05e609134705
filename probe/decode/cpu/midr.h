/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* MIDR_EL1, the main ID register of an arm64 CPU (Arm Architecture Reference Manual, D24 "MIDR_EL1"). It has
 * no address width. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

/* All CPUs since Armv7 have it in [19:16]: features are in other registers. */
#define MIDR_ARCHITECTURE_BY_REGISTERS 0xf

typedef struct Midr {
        uint8_t implementer;  /* [31:24] */
        uint8_t variant;      /* [23:20], the "r" of rXpY */
        uint8_t architecture; /* [19:16] */
        uint16_t part;        /* [15:4], 12 bits */
        uint8_t revision;     /* [3:0], the "p" of rXpY */
} Midr;

void midr_decode(uint64_t value, Midr *ret);
uint64_t midr_encode(const Midr *midr);

/* The text of regs/identification/midr_el1 in sysfs: "0x00000000413fd0c1". The upper half is reserved and 0. */
bool midr_parse(Bytes text, uint64_t *ret);
