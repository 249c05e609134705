/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/ivrs.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "probe/decode/acpi/acpi-table.h"
#include "probe/decode/acpi/ivrs-block.h"

#define IVRS_HEADER_SIZE 48
#define BLOCK_HEADER_SIZE 6

void ivrs_done(Ivrs *ivrs) {
        free(ivrs->blocks);
        free(ivrs->memory);
        free(ivrs->entries);
        *ivrs = (Ivrs){};
}

static IvrsInfo info_decode(uint32_t raw) {
        return (IvrsInfo){
                .raw = raw,
                .efr_supported = bit(raw, 0),
                .dma_remapping = bit(raw, 1),
                .gva_size = (uint8_t) bits(raw, 7, 5),
                .physical_bits = (uint8_t) bits(raw, 14, 8),
                .virtual_bits = (uint8_t) bits(raw, 21, 15),
                .ht_ats_reserved = bit(raw, 22),
        };
}

/* Linux uses the blocks of one type: the last, up to 40h, with the device of the first block
 * (get_highest_supported_ivhd_type). Like the kernel, this includes memory blocks. */
typedef struct TypeChoice {
        bool started, ended;
        uint16_t device_id;
        uint8_t type;
} TypeChoice;

static void choose_type(TypeChoice *choice, uint8_t type, uint16_t device_id) {
        if (!choice->started)
                *choice = (TypeChoice){ .started = true, .device_id = device_id, .type = type };
        if (choice->ended || type > IVHD_40H) {
                choice->ended = true;
                return;
        }
        if (device_id == choice->device_id)
                choice->type = type;
}

static void mark_units(Ivrs *ivrs, uint8_t type, FaultList *faults) {
        for (size_t i = 0; i < ivrs->n_blocks; i++) {
                IvrsBlock *block = &ivrs->blocks[i];

                if (!block->known || block->type != type)
                        continue;
                block->used = true;
                ivrs->n_units++;
                for (size_t j = 0; j < i; j++)
                        if (ivrs->blocks[j].used && ivrs->blocks[j].base == block->base && block->base)
                                fault_add(faults, block->offset + 8, "unit-base-repeated",
                                                "duplicate register base 0x%" PRIx64 ", first at byte %zu",
                                                block->base, ivrs->blocks[j].offset);
        }
        if (ivrs->n_units == 0)
                fault_add(faults, IVRS_HEADER_SIZE, "no-unit", "the table has no IVHD that Linux uses");
}

static int walk(Bytes table, Ivrs *ivrs, FaultList *faults) {
        size_t offset = IVRS_HEADER_SIZE;
        TypeChoice choice = {};

        while (offset < table.n) {
                size_t left = table.n - offset, length = bytes_u16(table, offset + 2);

                if (left < BLOCK_HEADER_SIZE) {
                        fault_add(faults, offset, "block-truncated",
                                        "%zu trailing bytes, too few for a block", left);
                        break;
                }
                if (length < BLOCK_HEADER_SIZE || length > left) {
                        fault_add(faults, offset + 2, length > left ? "block-past-end" : "block-length",
                                        "block length %zu, but only %zu bytes are left: the rest of the "
                                        "table is ignored",
                                        length, left);
                        break;
                }
                choose_type(&choice, bytes_u8(table, offset), bytes_u16(table, offset + 4));
                int r = ivrs_block_decode(table, offset, length, ivrs, faults);
                if (r < 0)
                        return r;
                offset += length;
        }
        mark_units(ivrs, choice.type, faults);
        return 0;
}

int ivrs_decode(Bytes b, Ivrs *ret, FaultList *faults) {
        AcpiTable table;
        Ivrs ivrs = {};
        int r;

        r = acpi_table_decode(b, "IVRS", &table, faults);
        if (r < 0)
                return r;
        ivrs.revision = table.revision;
        ivrs.checksum_valid = table.checksum_valid;
        /* drivers/iommu/amd/init.c, check_ivrs_checksum: stricter than for a DMAR. */
        ivrs.linux_refuses = !table.checksum_valid;
        if (!bytes_has(table.table, 0, IVRS_HEADER_SIZE)) {
                fault_add(faults, table.table.n, "header-truncated",
                                "the table has %zu bytes, its header requires %d", table.table.n,
                                IVRS_HEADER_SIZE);
                *ret = ivrs;
                return 0;
        }
        ivrs.info = info_decode(bytes_u32(table.table, 36));
        r = walk(table.table, &ivrs, faults);
        if (r < 0) {
                ivrs_done(&ivrs);
                return r;
        }
        *ret = ivrs;
        return 0;
}
