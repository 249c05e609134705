/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/ivrs-block.h"

#include <errno.h>
#include <inttypes.h>

#include "probe/decode/acpi/ivrs-entry.h"
#include "probe/grow.h"

#define IVHD_10H_SIZE 24
#define IVHD_11H_SIZE 40
#define IVMD_SIZE 32
#define PAGE_MASK UINT64_C(0xfff)

static void decode_known(Bytes table, IvrsBlock *block, FaultList *faults) {
        size_t offset = block->offset;

        block->known = true;
        block->capability_offset = bytes_u16(table, offset + 6);
        block->base = bytes_u64(table, offset + 8);
        block->segment = bytes_u16(table, offset + 16);
        block->info = bytes_u16(table, offset + 18);
        block->features = bytes_u32(table, offset + 20);
        if (block->type != IVHD_10H) {
                block->has_efr = true;
                block->efr = bytes_u64(table, offset + 24);
                block->efr2 = bytes_u64(table, offset + 32);
        }
        if (block->base == 0)
                fault_add(faults, offset + 8, "unit-base-zero", "register base is 0");
        else if (block->base & PAGE_MASK)
                fault_add(faults, offset + 8, "unit-base-unaligned",
                                "register base 0x%" PRIx64 " is not page-aligned", block->base);
}

static int decode_ivhd(Bytes table, size_t offset, size_t length, Ivrs *ivrs, FaultList *faults) {
        IvrsBlock block = {
                .offset = offset,
                .type = bytes_u8(table, offset),
                .flags = bytes_u8(table, offset + 1),
                .length = (uint16_t) length,
                .device_id = bytes_u16(table, offset + 4),
        };
        bool known = block.type == IVHD_10H || block.type == IVHD_11H || block.type == IVHD_40H;
        size_t header = block.type == IVHD_10H ? IVHD_10H_SIZE : IVHD_11H_SIZE;
        IvrsBlock *grown;
        int r;

        if (known && length < header) {
                fault_add(faults, offset + 2, "block-short",
                                "IVHD %02Xh has %zu bytes, expected at least %zu; ignored", block.type,
                                length, header);
                return 0;
        }
        if (!known)
                fault_add(faults, offset, "block-type", "unknown block type %02Xh, ignored", block.type);
        block.first_entry = ivrs->n_entries;
        if (known) {
                decode_known(table, &block, faults);
                r = ivrs_entries_decode(table, offset + header, offset + length, ivrs, faults);
                if (r < 0)
                        return r;
                block.n_entries = ivrs->n_entries - block.first_entry;
        }
        grown = grow(ivrs->blocks, ivrs->n_blocks, sizeof(IvrsBlock));
        if (!grown)
                return -ENOMEM;
        ivrs->blocks = grown;
        ivrs->blocks[ivrs->n_blocks++] = block;
        return 0;
}

static int decode_ivmd(Bytes table, size_t offset, size_t length, Ivrs *ivrs, FaultList *faults) {
        uint64_t start, end;
        IvrsMemory *grown;
        IvrsMemory memory = {
                .offset = offset,
                .type = bytes_u8(table, offset),
                .flags = bytes_u8(table, offset + 1),
                .device_id = bytes_u16(table, offset + 4),
                .auxiliary = bytes_u16(table, offset + 6),
                .segment = bytes_u16(table, offset + 8),
                .start = bytes_u64(table, offset + 16),
                .length = bytes_u64(table, offset + 24),
        };

        if (length < IVMD_SIZE) {
                fault_add(faults, offset + 2, "block-short",
                                "IVMD %02Xh has %zu bytes, expected %d; ignored", memory.type, length,
                                IVMD_SIZE);
                return 0;
        }
        if (length != IVMD_SIZE)
                fault_add(faults, offset + 2, "memory-length", "IVMD has %zu bytes, expected %d", length,
                                IVMD_SIZE);
        if (!ivrs_memory_linux_range(&memory, &start, &end))
                fault_add(faults, offset + 16, "memory-range",
                                "0x%" PRIx64 " with length 0x%" PRIx64 " is not a valid range", memory.start,
                                memory.length);
        else if ((memory.start | memory.length) & PAGE_MASK)
                fault_add(faults, offset + 16, "memory-unaligned",
                                "0x%" PRIx64 " with length 0x%" PRIx64
                                " is not page-aligned; Linux rounds up both",
                                memory.start, memory.length);
        grown = grow(ivrs->memory, ivrs->n_memory, sizeof(IvrsMemory));
        if (!grown)
                return -ENOMEM;
        ivrs->memory = grown;
        ivrs->memory[ivrs->n_memory++] = memory;
        return 0;
}

int ivrs_block_decode(Bytes table, size_t offset, size_t length, Ivrs *ivrs, FaultList *faults) {
        switch (bytes_u8(table, offset)) {
        case IVMD_ALL:
        case IVMD_DEVICE:
        case IVMD_RANGE:
                return decode_ivmd(table, offset, length, ivrs, faults);
        default:
                return decode_ivhd(table, offset, length, ivrs, faults);
        }
}

bool ivrs_memory_linux_range(const IvrsMemory *memory, uint64_t *ret_start, uint64_t *ret_end) {
        uint64_t start, length, last;

        if (memory->length == 0 || __builtin_add_overflow(memory->start, PAGE_MASK, &start) ||
                        __builtin_add_overflow(memory->length, PAGE_MASK, &length))
                return false;
        start &= ~PAGE_MASK;
        length &= ~PAGE_MASK;
        if (__builtin_add_overflow(start, length - 1, &last))
                return false;
        *ret_start = start;
        *ret_end = last;
        return true;
}
