/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text files of hawd/ in a tree that replace registers and the machine's identity. No I/O. */

#include <stdbool.h>

#include "probe/decode/bytes.h"
#include "probe/root/root.h"

typedef struct RootMsr {
        uint32_t index;
        Reason reason; /* MALFORMED: valid register, invalid value */
        uint64_t value;
} RootMsr;

/* "0x0000048c 0x0000000006734141". False if the line has no register. */
bool replay_msr_parse(Bytes line, RootMsr *ret);

/* Lines "architecture NAME", "machine-id HEX", "page-size BYTES" and "address-bits BITS"; other lines and invalid
 * values are ignored. */
void replay_host_parse(Bytes text, HostIdentity *ret);
