/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/dmar.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "probe/decode/acpi/acpi-table.h"
#include "probe/decode/acpi/dmar-structure.h"
#include "probe/decode/text.h"

#define DMAR_HEADER_SIZE 48
/* Xen keeps dom0 off its units by another name, with which the checksum stays right (acpi_dmar_zap()). */
#define DMAR_OF_XEN "RMAD"
#define STRUCTURE_HEADER_SIZE 4
#define HAW_MIN 12 /* Linux requires one page */

void dmar_done(Dmar *dmar) {
        free(dmar->units);
        free(dmar->regions);
        free(dmar->root_port_ats);
        free(dmar->affinity);
        free(dmar->namespace_devices);
        free(dmar->soc_integrated_ats);
        free(dmar->soc_integrated_devices);
        free(dmar->scopes);
        free(dmar->paths);
        *dmar = (Dmar){};
}

/* As drivers/iommu/intel/dmar.c: a length of zero ends the table silently; one that exceeds the table makes
 * Linux disable VT-d. */
static int walk(Bytes table, Dmar *dmar, FaultList *faults) {
        size_t offset = DMAR_HEADER_SIZE;

        while (offset < table.n) {
                size_t left = table.n - offset, length = bytes_u16(table, offset + 2);

                if (left < STRUCTURE_HEADER_SIZE) {
                        fault_add(faults, offset, "structure-truncated",
                                        "%zu trailing bytes, too few for a structure", left);
                        return 0;
                }
                if (length < STRUCTURE_HEADER_SIZE) {
                        fault_add(faults, offset + 2, "structure-length",
                                        "structure length %zu: the rest of the table is ignored", length);
                        return 0;
                }
                if (length > left) {
                        fault_add(faults, offset + 2, "structure-past-end",
                                        "structure length %zu, but only %zu bytes are left: Linux rejects "
                                        "the table",
                                        length, left);
                        dmar->linux_refuses = true;
                        return 0;
                }
                int r = dmar_structure_decode(table, offset, length, dmar, faults);
                if (r < 0)
                        return r;
                offset += length;
        }
        return 0;
}

static void check_units(Dmar *dmar, FaultList *faults) {
        if (dmar->host_address_width > 64)
                fault_add(faults, 36, "host-address-width", "host address width is %u bits",
                                dmar->host_address_width);
        if (dmar->host_address_width < HAW_MIN) {
                fault_add(faults, 36, "host-address-width",
                                "host address width is %u bits: Linux rejects the table",
                                dmar->host_address_width);
                dmar->linux_refuses = true;
        }
        if (dmar->n_units == 0) {
                fault_add(faults, DMAR_HEADER_SIZE, "no-unit", "the table has no remapping unit (DRHD)");
                dmar->linux_refuses = true;
        }
}

static bool has_unit(const Dmar *dmar, uint64_t base) {
        for (size_t i = 0; i < dmar->n_units; i++)
                if (dmar->units[i].base == base)
                        return true;
        return false;
}

static void check_affinity(const Dmar *dmar, FaultList *faults) {
        for (size_t i = 0; i < dmar->n_affinity; i++)
                if (!has_unit(dmar, dmar->affinity[i].base))
                        fault_add(faults, dmar->affinity[i].offset + 8, "affinity-unknown-unit",
                                        "RHSA names a unit at 0x%" PRIx64 ", which is not in the table",
                                        dmar->affinity[i].base);
}

int dmar_decode(Bytes b, Dmar *ret, FaultList *faults) {
        AcpiTable table;
        Dmar dmar = {};
        int r;

        r = acpi_table_decode(b, text_starts(b, DMAR_OF_XEN) ? DMAR_OF_XEN : "DMAR", &table, faults);
        if (r < 0)
                return r;
        if (!bytes_has(table.table, 0, DMAR_HEADER_SIZE)) {
                fault_add(faults, table.table.n, "header-truncated",
                                "the table has %zu bytes, its header requires %d", table.table.n,
                                DMAR_HEADER_SIZE);
                dmar.linux_refuses = true;
                *ret = dmar;
                return 0;
        }
        dmar.revision = table.revision;
        dmar.checksum_valid = table.checksum_valid;
        dmar.host_address_width = (uint16_t) (bytes_u8(table.table, 36) + 1);
        dmar.flags = bytes_u8(table.table, 37);

        r = walk(table.table, &dmar, faults);
        if (r < 0) {
                dmar_done(&dmar);
                return r;
        }
        check_units(&dmar, faults);
        check_affinity(&dmar, faults);
        *ret = dmar;
        return 0;
}
