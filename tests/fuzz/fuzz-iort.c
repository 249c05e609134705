/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "probe/decode/acpi/firmware-tables.h"
#include "profile/document/field-write.h"
#include "profile/field/tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hold(const Iort *iort, const IortMapping *mappings, size_t n) {
        for (size_t i = 0; i < n; i++) {
                if (mappings[i].unit >= (int) iort->n_units ||
                                mappings[i].its_group >= (int) iort->n_its_groups)
                        abort();
                if (mappings[i].valid == (mappings[i].unit < 0 && mappings[i].its_group < 0) &&
                                mappings[i].valid)
                        abort();
                if (mappings[i].count == 0)
                        abort();
        }
}

/* Whatever the table holds, mappings lead to what was decoded, limits are widths, ranges do not wrap, every
 * question has an answer, and the document can be made. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static const uint16_t ids[] = { 0, 1, 0x100, 0x7fff, 0xffff };
        FirmwareTables firmware = {};
        Iort *iort = &firmware.iort;

        if (iort_decode((Bytes){ .data = data, .n = size }, iort, &firmware.iort_faults) == 0) {
                for (size_t i = 0; i < iort->n_units; i++)
                        hold(iort, iort->units[i].mappings, iort->units[i].n_mappings);
                for (size_t i = 0; i < iort->n_components; i++)
                        hold(iort, iort->components[i].mappings, iort->components[i].n_mappings);
                for (size_t i = 0; i < iort->n_root_complexes; i++) {
                        hold(iort, iort->root_complexes[i].mappings, iort->root_complexes[i].n_mappings);
                        if (iort->root_complexes[i].memory_address_limit > 64)
                                abort();
                }
                for (size_t i = 0; i < iort->n_reserved; i++) {
                        hold(iort, iort->reserved[i].mappings, iort->reserved[i].n_mappings);
                        for (size_t j = 0; j < iort->reserved[i].n_ranges; j++)
                                if (iort->reserved[i].ranges[j].start > iort->reserved[i].ranges[j].end)
                                        abort();
                }
                if (iort->n_nodes > iort->node_count || iort->n_nodes > size / 16)
                        abort();
                for (uint16_t segment = 0; segment < 3; segment++)
                        for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
                                if (iort_unit_of(iort, segment, ids[i]) >= (int) iort->n_units)
                                        abort();
                for (size_t i = 0; i < iort->n_root_complexes; i++)
                        if (iort->root_complexes[i].memory_address_limit > 64)
                                abort();
                json_t *document = fields_json(&(FieldContext){}, &iort_table, &firmware);
                if (!document)
                        abort();
                json_decref(document);
        }
        firmware_tables_done(&firmware);
        return 0;
}
