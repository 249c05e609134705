/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/iort.h"

#include <errno.h>
#include <stdlib.h>

#include "probe/cleanup.h"
#include "probe/decode/acpi/acpi-table.h"
#include "probe/decode/acpi/iort-mapping.h"
#include "probe/decode/acpi/iort-node.h"
#include "probe/grow.h"

#define IORT_HEADER_SIZE 48

void iort_done(Iort *iort) {
        for (size_t i = 0; i < iort->n_its_groups; i++)
                free(iort->its_groups[i].ids);
        for (size_t i = 0; i < iort->n_components; i++)
                free(iort->components[i].mappings);
        for (size_t i = 0; i < iort->n_root_complexes; i++)
                free(iort->root_complexes[i].mappings);
        for (size_t i = 0; i < iort->n_units; i++)
                free(iort->units[i].mappings);
        for (size_t i = 0; i < iort->n_reserved; i++) {
                free(iort->reserved[i].ranges);
                free(iort->reserved[i].mappings);
        }
        free(iort->its_groups);
        free(iort->components);
        free(iort->root_complexes);
        free(iort->units);
        free(iort->reserved);
        *iort = (Iort){};
}

/* ── the nodes ─────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Nodes {
        size_t n;
        IortNode *nodes;
} Nodes;

static void nodes_done(Nodes *nodes) {
        free(nodes->nodes);
}

/* The header of the next node. False: the rest of the table cannot be read. A node without a length would be
 * read again and again by Linux, up to the number of nodes. */
static bool next_node(Bytes table, size_t offset, IortNode *ret, FaultList *faults) {
        size_t left = table.n - offset;
        IortNode node = {
                .offset = (uint32_t) offset,
                .type = bytes_u8(table, offset),
                .length = bytes_u16(table, offset + 1),
                .revision = bytes_u8(table, offset + 3),
                .index = -1,
        };

        if (left < IORT_NODE_HEADER_SIZE) {
                fault_add(faults, offset, "node-truncated", "%zu bytes are left, too few for a node", left);
                return false;
        }
        if (node.length < IORT_NODE_HEADER_SIZE || node.length > left) {
                fault_add(faults, offset + 1, node.length > left ? "node-past-end" : "node-length",
                                "node length %u, but %zu bytes are left: the rest of the table is ignored",
                                node.length, left);
                return false;
        }
        *ret = node;
        return true;
}

static int walk(Bytes table, size_t offset, Iort *iort, Nodes *nodes, FaultList *faults) {
        IortNode node;

        while (iort->n_nodes < iort->node_count && offset < table.n) {
                IortNode *grown;
                int r;

                if (!next_node(table, offset, &node, faults))
                        break;
                r = iort_node_decode(table, &node, iort, faults);
                if (r < 0)
                        return r;
                grown = grow(nodes->nodes, nodes->n, sizeof(IortNode));
                if (!grown)
                        return -ENOMEM;
                nodes->nodes = grown;
                nodes->nodes[nodes->n++] = node;
                iort->n_nodes++;
                offset += node.length;
        }
        if (iort->n_nodes < iort->node_count)
                fault_add(faults, 36, "node-count", "the header counts %u nodes, only %zu can be read",
                                iort->node_count, iort->n_nodes);
        else if (table.n > offset && table.n - offset >= IORT_NODE_HEADER_SIZE)
                fault_add(faults, offset, "nodes-left",
                                "%zu bytes follow the last of %u nodes: Linux ignores them",
                                table.n - offset, iort->node_count);
        return 0;
}

static int decode_nodes(Bytes table, Iort *iort, FaultList *faults) {
        _cleanup_(nodes_done) Nodes nodes = {};
        size_t offset = bytes_u32(table, 40);
        int r;

        iort->node_count = bytes_u32(table, 36);
        if (offset < IORT_HEADER_SIZE || offset > table.n) {
                fault_add(faults, 40, "node-offset",
                                "the nodes start at byte %zu, which is not behind the header of %d bytes "
                                "or not in the table: no node is read",
                                offset, IORT_HEADER_SIZE);
                return 0;
        }
        r = walk(table, offset, iort, &nodes, faults);
        if (r < 0)
                return r;
        iort_mappings_resolve(iort, nodes.nodes, nodes.n, faults);
        return 0;
}

int iort_decode(Bytes b, Iort *ret, FaultList *faults) {
        AcpiTable table;
        Iort iort = {};
        int r;

        r = acpi_table_decode(b, "IORT", &table, faults);
        if (r < 0)
                return r;
        iort.revision = table.revision;
        iort.checksum_valid = table.checksum_valid;
        if (!bytes_has(table.table, 0, IORT_HEADER_SIZE)) {
                fault_add(faults, table.table.n, "header-truncated",
                                "the table has %zu bytes, its header requires %d", table.table.n,
                                IORT_HEADER_SIZE);
                *ret = iort;
                return 0;
        }
        r = decode_nodes(table.table, &iort, faults);
        if (r < 0) {
                iort_done(&iort);
                return r;
        }
        *ret = iort;
        return 0;
}

/* ── questions ─────────────────────────────────────────────────────────────────────────────────────────── */

const IortRootComplex *iort_root_complex(const Iort *iort, uint16_t segment) {
        for (size_t i = 0; i < iort->n_root_complexes; i++)
                if (iort->root_complexes[i].segment == segment)
                        return &iort->root_complexes[i];
        return NULL;
}

/* The mapping that takes an id. Firmware that counts ids instead of writing the count minus one makes ranges
 * meet in one id: Linux lets the range that starts with it win (iort_id_map). */
static const IortMapping *mapping_of(const IortRootComplex *complex, uint16_t rid) {
        const IortMapping *found = NULL;

        for (size_t i = 0; complex && i < complex->n_mappings; i++) {
                const IortMapping *mapping = &complex->mappings[i];
                uint64_t last = mapping->input_base + mapping->count - 1;

                if (!mapping->valid)
                        continue;
                if (mapping->single)
                        return mapping;
                if (rid < mapping->input_base || rid > last || (found && rid != mapping->input_base))
                        continue;
                found = mapping;
                if (mapping->count == 1 || rid != last)
                        return found;
        }
        return found;
}

int iort_stream_of(const Iort *iort, uint16_t segment, uint16_t rid, uint32_t *ret) {
        const IortMapping *mapping = mapping_of(iort_root_complex(iort, segment), rid);

        if (!mapping || mapping->unit < 0)
                return -1;
        *ret = mapping->single ? mapping->output_base : mapping->output_base + (rid - mapping->input_base);
        return mapping->unit;
}

int iort_unit_of(const Iort *iort, uint16_t segment, uint16_t rid) {
        uint32_t stream;

        return iort_stream_of(iort, segment, rid, &stream);
}

const char *iort_unit_model(const IortUnit *unit) {
        static const char *const smmu[] = { "SMMUv1", "SMMUv2", "Arm MMU-400", "Arm MMU-500", "Arm MMU-401",
                "Cavium ThunderX" };
        static const char *const smmu_v3[] = { "SMMUv3", "HiSilicon Hi161x", "Cavium CN99xx" };

        if (unit->type == IORT_SMMU)
                return unit->model < ELEMENTS(smmu) ? smmu[unit->model] : "unknown";
        return unit->model < ELEMENTS(smmu_v3) ? smmu_v3[unit->model] : "unknown";
}
