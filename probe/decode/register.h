/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A register is described once: a list X(MNEMONIC, member, high, low) generates the struct, its decoder and
 * the table for JSON and text. Values are raw bits. */

#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

typedef struct RegisterField {
        const char *name; /* the specification's mnemonic */
        uint8_t high, low;
} RegisterField;

#define REGISTER_MEMBER(name, member, high, low) uint16_t member;
#define REGISTER_DECODE(name, member, high, low) ret->member = (uint16_t) bits(value, high, low);
#define REGISTER_FIELD(name, member, high, low) { #name, high, low },
