/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/iort-reserved.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "probe/decode/acpi/iort-mapping.h"

#define RMR_SIZE 28
#define DESCRIPTOR_SIZE 20
#define PAGE_MASK UINT64_C(0xfff)
#define ALIGNMENT_MASK UINT64_C(0xffff)

/* Linux takes the 4 KiB pages that the region touches (or the larger pages of its kernel), and reports a
 * region that is not aligned to 64 KiB (iort_rmr_alloc). False: empty or wrapping. */
static bool decode_range(Bytes table, size_t offset, IortRange *ret, FaultList *faults) {
        uint64_t base = bytes_u64(table, offset), length = bytes_u64(table, offset + 8);

        if (length == 0 || length - 1 > UINT64_MAX - base) {
                fault_add(faults, offset, "region-range",
                                "0x%" PRIx64 " with length 0x%" PRIx64 " is not a valid range; ignored",
                                base, length);
                return false;
        }
        if ((base | length) & ALIGNMENT_MASK)
                fault_add(faults, offset, "region-unaligned",
                                "0x%" PRIx64 " with length 0x%" PRIx64
                                " is not aligned to 64 KiB; Linux uses its pages",
                                base, length);
        *ret = (IortRange){ .start = base & ~PAGE_MASK, .end = (base + (length - 1)) | PAGE_MASK };
        return true;
}

static void check_overlap(const IortReserved *reserved, size_t offset, FaultList *faults) {
        const IortRange *range = &reserved->ranges[reserved->n_ranges - 1];

        for (size_t i = 0; i + 1 < reserved->n_ranges; i++)
                if (reserved->ranges[i].start <= range->end && range->start <= reserved->ranges[i].end) {
                        fault_add(faults, offset, "region-overlap",
                                        "0x%" PRIx64 "-0x%" PRIx64 " overlaps 0x%" PRIx64 "-0x%" PRIx64,
                                        range->start, range->end, reserved->ranges[i].start,
                                        reserved->ranges[i].end);
                        return;
                }
}

static int decode_ranges(Bytes table, const IortNode *node, IortReserved *ret, FaultList *faults) {
        size_t count = bytes_u32(table, node->offset + 20), start = bytes_u32(table, node->offset + 24);
        size_t mappings = bytes_u32(table, node->offset + 12), end = node->length, room;

        if (count == 0 || start < RMR_SIZE || start > node->length) {
                fault_add(faults, node->offset + 20, "region-count",
                                "%zu memory ranges at byte %zu of a node of %u bytes: Linux ignores the "
                                "node",
                                count, start, node->length);
                return 0;
        }
        if (mappings >= start && mappings < end && bytes_u32(table, node->offset + 8) > 0)
                end = mappings;
        room = (end - start) / DESCRIPTOR_SIZE;
        if (count > room) {
                fault_add(faults, node->offset + 20, "region-count",
                                "%zu memory ranges, but the node has space for %zu; the others are ignored",
                                count, room);
                count = room;
        }
        if (count == 0)
                return 0;
        ret->ranges = calloc(count, sizeof(IortRange));
        if (!ret->ranges)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++) {
                size_t offset = node->offset + start + i * DESCRIPTOR_SIZE;

                if (!decode_range(table, offset, &ret->ranges[ret->n_ranges], faults))
                        continue;
                ret->n_ranges++;
                check_overlap(ret, offset, faults);
        }
        return 0;
}

int iort_reserved_decode(Bytes table, const IortNode *node, IortReserved *ret, FaultList *faults) {
        int r;

        ret->offset = node->offset;
        ret->revision = node->revision;
        ret->flags = bytes_u32(table, node->offset + 16);
        ret->remappable = bit(ret->flags, 0);
        if (bytes_u32(table, node->offset + 8) == 0)
                fault_add(faults, node->offset + 8, "region-without-device",
                                "an RMR without id mappings: Linux ignores it");
        r = decode_ranges(table, node, ret, faults);
        if (r < 0)
                return r;
        return iort_mappings_decode(table, node, RMR_SIZE, &ret->mappings, &ret->n_mappings, faults);
}
