/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The header of every ACPI table (ACPI specification, 5.2.6). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

#define ACPI_HEADER_SIZE 36

typedef struct AcpiTable {
        Bytes table;     /* clipped to the available bytes; borrowed */
        uint32_t length; /* length field */
        uint8_t revision;
        bool checksum_valid; /* over the whole length; false if the table is cut off */
        char oem_id[25], oem_table_id[33];
} AcpiTable;

/* -EBADMSG: not a table with this signature. A wrong length or checksum is only a fault, because the kernel
 * still reads the table. */
int acpi_table_decode(Bytes b, const char *signature, AcpiTable *ret, FaultList *faults);
