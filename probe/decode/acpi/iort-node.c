/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/iort-node.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/acpi/iort-mapping.h"
#include "probe/decode/acpi/iort-reserved.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

#define SMMU_V3_SIZE 60   /* revision 0, up to the interrupts */
#define SMMU_V3_SIZE_1 68 /* from revision 1 on */
#define ROOT_COMPLEX_SIZE 32
#define COMPONENT_SIZE 29 /* then its name */
#define PAGE_MASK UINT64_C(0xfff)

/* Appends a zeroed element to one of the arrays, which becomes the node's. */
#define APPEND(node, array, count)                                         \
        ({                                                                 \
                typeof(array) _grown = grow(array, count, sizeof(*array)); \
                if (!_grown)                                               \
                        return -ENOMEM;                                    \
                (array) = _grown;                                          \
                (array)[count] = (typeof(*array)){};                       \
                (node)->index = (int) (count);                             \
                &(array)[(count)++];                                       \
        })

/* The bytes of a node's own members: up to its mappings if these follow. */
static size_t members_end(Bytes table, const IortNode *node) {
        uint32_t mappings = bytes_u32(table, node->offset + 12);

        return bytes_u32(table, node->offset + 8) > 0 && mappings >= IORT_NODE_HEADER_SIZE &&
                                        mappings < node->length
                        ? mappings
                        : node->length;
}

static uint8_t limit_decode(Bytes table, size_t offset, FaultList *faults) {
        uint8_t limit = bytes_u8(table, offset);

        if (limit >= 1 && limit <= 64)
                return limit;
        fault_add(faults, offset, "memory-address-limit",
                        "memory address size limit of %u bits, expected 1 to 64; taken as unknown", limit);
        return 0;
}

static int decode_its_group(Bytes table, IortNode *node, Iort *iort, FaultList *faults) {
        IortItsGroup *group = APPEND(node, iort->its_groups, iort->n_its_groups);
        size_t count = bytes_u32(table, node->offset + 16), room = ((size_t) node->length - 20) / 4;

        group->offset = node->offset;
        if (count == 0)
                fault_add(faults, node->offset + 16, "its-count", "an ITS group without an ITS");
        if (count > room) {
                fault_add(faults, node->offset + 16, "its-count",
                                "%zu ITS ids, but the node has space for %zu; the others are ignored", count,
                                room);
                count = room;
        }
        if (count == 0)
                return 0;
        group->ids = calloc(count, sizeof(IortItsId));
        if (!group->ids)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                group->ids[i].id = bytes_u32(table, node->offset + 20 + 4 * i);
        group->n_ids = count;
        return 0;
}

static int decode_component(Bytes table, IortNode *node, Iort *iort, FaultList *faults) {
        IortComponent *component = APPEND(node, iort->components, iort->n_components);
        size_t end = members_end(table, node);
        Bytes name = bytes_part(table, node->offset + COMPONENT_SIZE,
                        end > COMPONENT_SIZE ? end - COMPONENT_SIZE : 0);

        component->offset = node->offset;
        component->revision = node->revision;
        component->flags = bytes_u32(table, node->offset + 16);
        component->memory_properties = bytes_u64(table, node->offset + 20);
        component->memory_address_limit = limit_decode(table, node->offset + 28, faults);
        text_printable(name, component->name, sizeof(component->name));
        if (name.n == 0 || !memchr(name.data, 0, name.n))
                fault_add(faults, node->offset + COMPONENT_SIZE, "name-unterminated",
                                "the device name is not terminated");
        return iort_mappings_decode(
                        table, node, COMPONENT_SIZE, &component->mappings, &component->n_mappings, faults);
}

static void check_segment(const Iort *iort, const IortRootComplex *complex, FaultList *faults) {
        if (complex->segment > UINT16_MAX)
                fault_add(faults, complex->offset + 28, "segment", "PCI segment %u does not exist",
                                complex->segment);
        for (size_t i = 0; i + 1 < iort->n_root_complexes; i++)
                if (iort->root_complexes[i].segment == complex->segment) {
                        fault_add(faults, complex->offset + 28, "segment-repeated",
                                        "PCI segment %u is also at byte %u: Linux uses the first only",
                                        complex->segment, iort->root_complexes[i].offset);
                        return;
                }
}

/* The limit is not in revision 0 (Linux: rc_dma_get_range). */
static int decode_root_complex(Bytes table, IortNode *node, Iort *iort, FaultList *faults) {
        IortRootComplex *complex = APPEND(node, iort->root_complexes, iort->n_root_complexes);
        size_t end = members_end(table, node);

        complex->offset = node->offset;
        complex->revision = node->revision;
        complex->memory_properties = bytes_u64(table, node->offset + 16);
        complex->ats_attribute = bytes_u32(table, node->offset + 24);
        complex->ats = bit(complex->ats_attribute, 0);
        complex->segment = bytes_u32(table, node->offset + 28);
        if (node->revision >= 1 && end > ROOT_COMPLEX_SIZE)
                complex->memory_address_limit = limit_decode(table, node->offset + 32, faults);
        else if (node->revision >= 1)
                fault_add(faults, node->offset + 1, "node-short",
                                "root complex of revision %u without memory address size limit",
                                node->revision);
        if (node->revision >= 4 && end >= 36)
                complex->pasid_capabilities = bytes_u16(table, node->offset + 33);
        if (node->revision >= 4 && end >= 40)
                complex->flags = bytes_u32(table, node->offset + 36);
        check_segment(iort, complex, faults);
        return iort_mappings_decode(
                        table, node, ROOT_COMPLEX_SIZE, &complex->mappings, &complex->n_mappings, faults);
}

static void check_base(const Iort *iort, const IortUnit *unit, FaultList *faults) {
        if (unit->base == 0)
                fault_add(faults, unit->offset + 16, "unit-base-zero", "register base is 0");
        else if (unit->base & PAGE_MASK)
                fault_add(faults, unit->offset + 16, "unit-base-unaligned",
                                "register base 0x%" PRIx64 " is not page-aligned", unit->base);
        for (size_t i = 0; unit->base != 0 && i + 1 < iort->n_units; i++)
                if (iort->units[i].base == unit->base) {
                        fault_add(faults, unit->offset + 16, "unit-base-repeated",
                                        "duplicate register base 0x%" PRIx64 ", first at byte %u",
                                        unit->base, iort->units[i].offset);
                        return;
                }
}

/* An array of interrupts within the node, of 8 bytes each. */
static void check_interrupts(Bytes table, const IortNode *node, size_t field, size_t count, const char *what,
                FaultList *faults) {
        size_t start = bytes_u32(table, node->offset + field);

        if (count > 0 && (start > node->length || count > (node->length - start) / 8))
                fault_add(faults, node->offset + field, "interrupts",
                                "%zu %s interrupts at byte %zu of a node of %u bytes", count, what, start,
                                node->length);
}

static int decode_smmu(Bytes table, IortNode *node, Iort *iort, FaultList *faults) {
        IortUnit *unit = APPEND(node, iort->units, iort->n_units);

        unit->offset = node->offset;
        unit->type = node->type;
        unit->revision = node->revision;
        unit->base = bytes_u64(table, node->offset + 16);
        unit->span = bytes_u64(table, node->offset + 24);
        unit->model = bytes_u32(table, node->offset + 32);
        unit->flags = bytes_u32(table, node->offset + 36);
        check_base(iort, unit, faults);
        if (unit->span == 0 || unit->span - 1 > UINT64_MAX - unit->base)
                fault_add(faults, node->offset + 24, "unit-span",
                                "registers at 0x%" PRIx64 " with length 0x%" PRIx64 " are not a valid range",
                                unit->base, unit->span);
        check_interrupts(table, node, 40, 2, "global", faults);
        check_interrupts(table, node, 48, bytes_u32(table, node->offset + 44), "context", faults);
        check_interrupts(table, node, 56, bytes_u32(table, node->offset + 52), "PMU", faults);
        return iort_mappings_decode(table, node, 60, &unit->mappings, &unit->n_mappings, faults);
}

/* The mapping that gives the unit's own interrupts is chosen by index, unless all are wired (Linux:
 * iort_get_id_mapping_index); from revision 5 on, a flag says whether it counts. */
static void check_own_mapping(Bytes table, const IortUnit *unit, FaultList *faults) {
        uint32_t index = bytes_u32(table, unit->offset + 64);
        bool wired = true;

        for (size_t i = 44; i < SMMU_V3_SIZE; i += 4)
                wired &= bytes_u32(table, unit->offset + i) != 0;
        if (!wired && (unit->revision < 5 || bit(unit->flags, 4)) && unit->n_mappings > 0 &&
                        index >= unit->n_mappings)
                fault_add(faults, unit->offset + 64, "mapping-index", "device id mapping %u of %zu mappings",
                                index, unit->n_mappings);
}

static int decode_smmu_v3(Bytes table, IortNode *node, Iort *iort, FaultList *faults) {
        IortUnit *unit = APPEND(node, iort->units, iort->n_units);
        size_t size = node->revision >= 1 ? SMMU_V3_SIZE_1 : SMMU_V3_SIZE;
        bool complete = members_end(table, node) >= size;
        int r;

        unit->offset = node->offset;
        unit->type = node->type;
        unit->revision = node->revision;
        unit->base = bytes_u64(table, node->offset + 16);
        unit->flags = bytes_u32(table, node->offset + 24);
        unit->vatos = bytes_u64(table, node->offset + 32);
        unit->model = bytes_u32(table, node->offset + 40);
        if (!complete)
                fault_add(faults, node->offset + 1, "node-short",
                                "SMMUv3 of revision %u has fewer than %zu bytes", node->revision, size);
        unit->has_proximity = complete && node->revision >= 1 && bit(unit->flags, 3);
        if (unit->has_proximity)
                unit->proximity = bytes_u32(table, node->offset + 60);
        check_base(iort, unit, faults);
        r = iort_mappings_decode(table, node, SMMU_V3_SIZE, &unit->mappings, &unit->n_mappings, faults);
        if (r < 0)
                return r;
        if (complete && node->revision >= 1)
                check_own_mapping(table, unit, faults);
        return 0;
}

static int decode_rmr(Bytes table, IortNode *node, Iort *iort, FaultList *faults) {
        return iort_reserved_decode(table, node, APPEND(node, iort->reserved, iort->n_reserved), faults);
}

static const struct {
        const char *name;
        size_t size;                                                               /* of the fixed part */
        int (*decode)(Bytes table, IortNode *node, Iort *iort, FaultList *faults); /* NULL: counted */
} node_types[] = {
        [IORT_ITS_GROUP] = { "ITS group", 20, decode_its_group },
        [IORT_NAMED_COMPONENT] = { "named component", COMPONENT_SIZE, decode_component },
        [IORT_ROOT_COMPLEX] = { "root complex", ROOT_COMPLEX_SIZE, decode_root_complex },
        [IORT_SMMU] = { "SMMUv1 or v2", 60, decode_smmu },
        [IORT_SMMU_V3] = { "SMMUv3", SMMU_V3_SIZE, decode_smmu_v3 },
        [IORT_PMCG] = { "PMCG", 0, NULL },
        [IORT_RMR] = { "RMR", 28, decode_rmr },
        [IORT_IWB] = { "IWB", 0, NULL },
};

int iort_node_decode(Bytes table, IortNode *node, Iort *iort, FaultList *faults) {
        if (node->type >= ELEMENTS(node_types)) {
                fault_add(faults, node->offset, "node-type", "unknown node type %u, ignored", node->type);
                iort->n_unknown++;
                return 0;
        }
        iort->n_counter_groups += node->type == IORT_PMCG;
        iort->n_wire_bridges += node->type == IORT_IWB;
        if (!node_types[node->type].decode)
                return 0;
        if (node->length < node_types[node->type].size) {
                fault_add(faults, node->offset + 1, "node-short",
                                "%s has %u bytes, expected at least %zu; ignored",
                                node_types[node->type].name, node->length, node_types[node->type].size);
                return 0;
        }
        return node_types[node->type].decode(table, node, iort, faults);
}
