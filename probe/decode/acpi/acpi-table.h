/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The header that every ACPI table begins with (ACPI specification, 5.2.6). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

#define ACPI_HEADER_SIZE 36

typedef struct AcpiTable {
        Bytes table;     /* what the length says, clipped to what is there; borrowed */
        uint32_t length; /* as the header says */
        uint8_t revision;
        bool checksum_valid; /* over the whole length; false when some of it is missing */
        char oem_id[25], oem_table_id[33];
} AcpiTable;

/* -EBADMSG when it is not a table with this signature. A length that does not match the bytes, and a wrong
 * checksum, are faults: the kernel reads the table all the same. */
int acpi_table_decode(Bytes b, const char *signature, AcpiTable *ret, FaultList *faults);
