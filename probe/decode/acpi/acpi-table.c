/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/acpi-table.h"

#include <errno.h>

#include "probe/decode/text.h"

int acpi_table_decode(Bytes b, const char *signature, AcpiTable *ret, FaultList *faults) {
        AcpiTable table = {};

        if (!bytes_has(b, 0, ACPI_HEADER_SIZE) || !text_starts(b, signature))
                return -EBADMSG;
        table.length = bytes_u32(b, 4);
        table.revision = bytes_u8(b, 8);
        text_printable(bytes_part(b, 10, 6), table.oem_id, sizeof(table.oem_id));
        text_printable(bytes_part(b, 16, 8), table.oem_table_id, sizeof(table.oem_table_id));
        table.table = bytes_part(b, 0, table.length);

        if (table.length < ACPI_HEADER_SIZE)
                fault_add(faults, 4, "table-length", "the table length %u is smaller than its header",
                                table.length);
        else if (table.length > b.n)
                fault_add(faults, 4, "table-truncated",
                                "the table length is %u, but only %zu bytes are present", table.length, b.n);
        else if (table.length < b.n)
                fault_add(faults, table.length, "trailing-bytes",
                                "%zu bytes follow the end of the table (length %u)", b.n - table.length,
                                table.length);

        table.checksum_valid = table.length >= ACPI_HEADER_SIZE && table.length <= b.n &&
                        bytes_sum(table.table) == 0;
        if (!table.checksum_valid && table.length >= ACPI_HEADER_SIZE && table.length <= b.n)
                fault_add(faults, 9, "checksum",
                                "wrong checksum: the bytes of the table add up to 0x%02x, not 0",
                                bytes_sum(table.table));
        *ret = table;
        return 0;
}
