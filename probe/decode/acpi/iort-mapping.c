/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/iort-mapping.h"

#include <errno.h>
#include <stdlib.h>

#include "probe/cleanup.h"

/* ── one node's ────────────────────────────────────────────────────────────────────────────────────────── */

static IortMapping decode_mapping(Bytes table, size_t offset) {
        uint32_t flags = bytes_u32(table, offset + 16);

        return (IortMapping){
                .offset = (uint32_t) offset,
                .input_base = bytes_u32(table, offset),
                .count = (uint64_t) bytes_u32(table, offset + 4) + 1,
                .output_base = bytes_u32(table, offset + 8),
                .output_reference = bytes_u32(table, offset + 12),
                .flags = flags,
                .single = bit(flags, 0),
                .unit = -1,
                .its_group = -1,
        };
}

int iort_mappings_decode(Bytes table, const IortNode *node, size_t header, IortMapping **ret, size_t *ret_n,
                FaultList *faults) {
        size_t count = bytes_u32(table, node->offset + 8), start = bytes_u32(table, node->offset + 12), room;
        IortMapping *mappings;

        if (count == 0)
                return 0;
        if (start < header || start > node->length) {
                fault_add(faults, node->offset + 12, "mapping-offset",
                                "id mappings at byte %zu of a node of %u bytes with a header of %zu; "
                                "ignored",
                                start, node->length, header);
                return 0;
        }
        room = (node->length - start) / IORT_MAPPING_SIZE;
        if (count > room) {
                fault_add(faults, node->offset + 8, "mapping-count",
                                "%zu id mappings, but the node has space for %zu; the others are ignored",
                                count, room);
                count = room;
        }
        if (count == 0)
                return 0;
        mappings = calloc(count, sizeof(IortMapping));
        if (!mappings)
                return -ENOMEM;
        for (size_t i = 0; i < count; i++)
                mappings[i] = decode_mapping(table, node->offset + start + i * IORT_MAPPING_SIZE);
        *ret = mappings;
        *ret_n = count;
        return 0;
}

/* ── references ────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Resolver {
        const IortNode *nodes;
        size_t n;
        FaultList *faults;
} Resolver;

static int compare_offset(const void *key, const void *element) {
        uint32_t offset = *(const uint32_t *) key;
        const IortNode *node = element;

        return offset < node->offset ? -1 : offset > node->offset;
}

/* Ids go from devices to units, and from both to ITS groups: so references cannot go in a circle. */
static bool may_lead_to(IortNodeType from, uint8_t to) {
        if (to == IORT_ITS_GROUP)
                return from != IORT_RMR;
        return (to == IORT_SMMU || to == IORT_SMMU_V3) && from != IORT_SMMU && from != IORT_SMMU_V3;
}

/* Of a mapping that leads to more than one id. */
static bool wraps(uint32_t base, const IortMapping *mapping) {
        return mapping->count - 1 > UINT32_MAX - base;
}

static void check_range(IortMapping *mapping, IortNodeType type, FaultList *faults) {
        if (mapping->single) {
                if (type != IORT_NAMED_COMPONENT && type != IORT_ROOT_COMPLEX && type != IORT_SMMU_V3 &&
                                type != IORT_RMR) {
                        fault_add(faults, mapping->offset + 16, "mapping-single",
                                        "a single mapping in a node of type %u; ignored", type);
                        mapping->valid = false;
                }
                return;
        }
        if (wraps(mapping->input_base, mapping)) {
                fault_add(faults, mapping->offset + 4, "mapping-input",
                                "input ids from 0x%x end above 32 bits; ignored", mapping->input_base);
                mapping->valid = false;
        } else if (wraps(mapping->output_base, mapping)) {
                fault_add(faults, mapping->offset + 8, "mapping-output",
                                "output ids from 0x%x end above 32 bits; ignored", mapping->output_base);
                mapping->valid = false;
        }
}

static void resolve(const Resolver *resolver, IortMapping *mapping, IortNodeType type) {
        const uint32_t reference = mapping->output_reference;
        const IortNode *to = resolver->n == 0 ? NULL
                                              : bsearch(&reference, resolver->nodes, resolver->n,
                                                                sizeof(IortNode), compare_offset);

        if (!to || !may_lead_to(type, to->type)) {
                fault_add(resolver->faults, mapping->offset + 12,
                                to ? "mapping-target" : "mapping-reference",
                                to ? "id mapping to byte %u, a node of another type; ignored"
                                   : "id mapping to byte %u, where no node starts; ignored",
                                reference);
                return;
        }
        if (to->index < 0) {
                fault_add(resolver->faults, mapping->offset + 12, "mapping-target",
                                "id mapping to the node at byte %u, which is ignored; ignored", reference);
                return;
        }
        mapping->valid = true;
        if (to->type == IORT_ITS_GROUP)
                mapping->its_group = to->index;
        else
                mapping->unit = to->index;
        check_range(mapping, type, resolver->faults);
}

static bool overlap(const IortMapping *a, const IortMapping *b) {
        return a->valid && b->valid && !a->single && !b->single &&
                        a->input_base <= b->input_base + b->count - 1 &&
                        b->input_base <= a->input_base + a->count - 1;
}

static void resolve_all(const Resolver *resolver, IortMapping *mappings, size_t n, IortNodeType type) {
        for (size_t i = 0; i < n; i++)
                resolve(resolver, &mappings[i], type);
        for (size_t i = 1; i < n; i++)
                for (size_t j = 0; j < i; j++)
                        if (overlap(&mappings[i], &mappings[j])) {
                                fault_add(resolver->faults, mappings[i].offset, "mapping-overlap",
                                                "input ids from 0x%x are also mapped at byte %u",
                                                mappings[i].input_base, mappings[j].offset);
                                break;
                        }
}

void iort_mappings_resolve(Iort *iort, const IortNode *nodes, size_t n, FaultList *faults) {
        const Resolver resolver = { .nodes = nodes, .n = n, .faults = faults };

        for (size_t i = 0; i < iort->n_components; i++)
                resolve_all(&resolver, iort->components[i].mappings, iort->components[i].n_mappings,
                                IORT_NAMED_COMPONENT);
        for (size_t i = 0; i < iort->n_root_complexes; i++)
                resolve_all(&resolver, iort->root_complexes[i].mappings, iort->root_complexes[i].n_mappings,
                                IORT_ROOT_COMPLEX);
        for (size_t i = 0; i < iort->n_units; i++)
                resolve_all(&resolver, iort->units[i].mappings, iort->units[i].n_mappings,
                                iort->units[i].type);
        for (size_t i = 0; i < iort->n_reserved; i++)
                resolve_all(&resolver, iort->reserved[i].mappings, iort->reserved[i].n_mappings, IORT_RMR);
}
