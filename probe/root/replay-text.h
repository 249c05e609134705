/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The text files of hawd/ in a tree that stand for registers and for the machine's identity. Pure. */

#include <stdbool.h>

#include "probe/decode/bytes.h"
#include "probe/root/root.h"

typedef struct RootMsr {
        uint32_t index;
        Reason reason; /* MALFORMED: the line names a register and its value does not parse */
        uint64_t value;
} RootMsr;

/* "0x0000048c 0x0000000006734141". False when the line names no register. */
bool replay_msr_parse(Bytes line, RootMsr *ret);

/* Lines "architecture NAME" and "machine-id HEX"; others, and values that are neither, are passed over. */
void replay_host_parse(Bytes text, HostIdentity *ret);
