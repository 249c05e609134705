/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/cleanup.h"
#include "profile/document/json-faults.h"
#include "profile/document/read-value.h"
#include "profile/field/tables.h"

#define INDEX_MAX UINT16_MAX /* of a table of 1 MiB, nodes have at least 16 bytes */

/* ── mappings ──────────────────────────────────────────────────────────────────────────────────────────── */

#define MAPPING(member) FIELD_MEMBER(IortMapping, member)
#define OFFSET(type)                                                                                 \
        {                                                                                            \
                "offset", FIELD_INTEGER, 0, FIELD_MEMBER(type, offset), .max = UINT32_MAX,           \
                                                                        .text = "Byte in the table." \
        }
#define REVISION(type)                                                                             \
        {                                                                                          \
                "revision", FIELD_INTEGER, 0, FIELD_MEMBER(type, revision), .max = UINT8_MAX,      \
                                                                            .text = "Of the node." \
        }

static const Field mapping_fields[] = {
        OFFSET(IortMapping),
        { "inputBase", FIELD_DIGITS, 0, MAPPING(input_base), .max = 8, .text = "First id." },
        { "count", FIELD_INTEGER, 0, MAPPING(count), .min = 1, .max = UINT64_C(1) << 32,
                        .text = "Number of ids: the field plus one." },
        { "outputBase", FIELD_DIGITS, 0, MAPPING(output_base), .max = 8,
                        .text = "What the first id becomes." },
        { "outputReference", FIELD_INTEGER, 0, MAPPING(output_reference), .max = UINT32_MAX,
                        .text = "Byte of the node that the ids lead to." },
        { "flags", FIELD_INTEGER, 0, MAPPING(flags), .max = UINT32_MAX, .text = "As in the table." },
        { "single", FIELD_BOOLEAN, 0, MAPPING(single), .text = "All ids become outputBase." },
        { "valid", FIELD_BOOLEAN, 0, MAPPING(valid), .text = "False: it is ignored, see the faults." },
        { "unit", FIELD_INTEGER, FIELD_OR_NONE, MAPPING(unit), .max = INDEX_MAX, .none = -1,
                        .text = "Index in units; null: the ids lead to no SMMU." },
        { "itsGroup", FIELD_INTEGER, FIELD_OR_NONE, MAPPING(its_group), .max = INDEX_MAX, .none = -1,
                        .text = "Index in itsGroups; null: the ids lead to no ITS." },
};
static const FieldTable mapping_table = { FIELD_TABLE(mapping_fields) };

#define MAPPINGS(type)                                                                 \
        {                                                                              \
                "mappings", FIELD_LIST, 0, FIELD_ELEMENTS(type, mappings, n_mappings), \
                                .table = &mapping_table, .text = "Where its ids lead." \
        }

/* ── nodes ─────────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_model(const void *unit) {
        return json_string(iort_unit_model(unit));
}

static int read_model(const JsonValue *json, void *unit) {
        return json_is_string(json->json) ? 0 : json_value_fail(json, "expected a string");
}

static const FieldHook model_hook = { write_model, read_model, .schema = "{\"type\": \"string\"}" };

static const char *const unit_type_table[] = { [IORT_SMMU] = "smmu", [IORT_SMMU_V3] = "smmu-v3" };
static const Words unit_type_words = { ELEMENTS(unit_type_table), unit_type_table };

#define UNIT(member) FIELD_MEMBER(IortUnit, member)

static const Field unit_fields[] = {
        { "type", FIELD_WORD, 0, UNIT(type), .words = &unit_type_words, .text = "smmu is version 1 or 2." },
        { "base", FIELD_HEX, 0, UNIT(base), .text = "Register base." },
        { "span", FIELD_HEX, 0, UNIT(span), .text = "Bytes of registers; 0 for smmu-v3." },
        { "model", FIELD_INTEGER, 0, UNIT(model), .max = UINT32_MAX, .text = "As in the table." },
        { "modelName", FIELD_CUSTOM, 0, .hook = &model_hook, .text = "What the number stands for." },
        { "flags", FIELD_INTEGER, 0, UNIT(flags), .max = UINT32_MAX, .text = "As in the table." },
        { "vatos", FIELD_HEX, 0, UNIT(vatos), .text = "Base of the VATOS registers; 0: none." },
        { "proximityDomain", FIELD_INTEGER, 0, UNIT(proximity), .max = UINT32_MAX,
                        .present = offsetof(IortUnit, has_proximity), .text = "NUMA domain." },
        OFFSET(IortUnit),
        REVISION(IortUnit),
        MAPPINGS(IortUnit),
};
static const FieldTable unit_table = { FIELD_TABLE(unit_fields) };

#define COMPLEX(member) FIELD_MEMBER(IortRootComplex, member)
#define LIMIT_TEXT "Width of the addresses that reach memory, in bits; null: unknown."

static const Field complex_fields[] = {
        { "segment", FIELD_INTEGER, 0, COMPLEX(segment), .max = UINT32_MAX, .text = "PCI segment." },
        { "memoryAddressLimit", FIELD_INTEGER, FIELD_OR_NONE, COMPLEX(memory_address_limit), .min = 1,
                        .max = 64, .text = LIMIT_TEXT },
        { "ats", FIELD_BOOLEAN, 0, COMPLEX(ats), .text = "ATS is supported." },
        { "atsAttribute", FIELD_INTEGER, 0, COMPLEX(ats_attribute), .max = UINT32_MAX,
                        .text = "As in the table." },
        { "pasidCapabilities", FIELD_INTEGER, 0, COMPLEX(pasid_capabilities), .max = UINT16_MAX,
                        .text = "As in the table; bits 0 to 4 are the width of a PASID." },
        { "flags", FIELD_INTEGER, 0, COMPLEX(flags), .max = UINT32_MAX, .text = "As in the table." },
        { "memoryProperties", FIELD_HEX, 0, COMPLEX(memory_properties), .text = "As in the table." },
        OFFSET(IortRootComplex),
        REVISION(IortRootComplex),
        MAPPINGS(IortRootComplex),
};
static const FieldTable complex_table = { FIELD_TABLE(complex_fields) };

#define COMPONENT(member) FIELD_MEMBER(IortComponent, member)

static const Field component_fields[] = {
        { "name", FIELD_STRING, 0, COMPONENT(name), .text = "Path in the ACPI namespace." },
        { "memoryAddressLimit", FIELD_INTEGER, FIELD_OR_NONE, COMPONENT(memory_address_limit), .min = 1,
                        .max = 64, .text = LIMIT_TEXT },
        { "flags", FIELD_INTEGER, 0, COMPONENT(flags), .max = UINT32_MAX, .text = "As in the table." },
        { "memoryProperties", FIELD_HEX, 0, COMPONENT(memory_properties), .text = "As in the table." },
        OFFSET(IortComponent),
        REVISION(IortComponent),
        MAPPINGS(IortComponent),
};
static const FieldTable component_table = { FIELD_TABLE(component_fields) };

static const Field region_fields[] = {
        { "start", FIELD_HEX, 0, FIELD_MEMBER(IortRange, start), .text = "First address." },
        { "end", FIELD_HEX, 0, FIELD_MEMBER(IortRange, end), .text = "Last address." },
};

static int check_region(const JsonValue *value, void *object, const void *before) {
        return range_check(value, ((const IortRange *) object)->start, ((const IortRange *) object)->end);
}

static const FieldTable region_ranges_table = { FIELD_TABLE(region_fields), .check = check_region };

#define RESERVED(member) FIELD_MEMBER(IortReserved, member)

static const Field reserved_fields[] = {
        { "remappable", FIELD_BOOLEAN, 0, RESERVED(remappable),
                        .text = "The kernel's direct-relaxable instead of direct." },
        { "flags", FIELD_INTEGER, 0, RESERVED(flags), .max = UINT32_MAX, .text = "As in the table." },
        { "ranges", FIELD_LIST, 0, FIELD_ELEMENTS(IortReserved, ranges, n_ranges),
                        .table = &region_ranges_table, .text = "Pages of memory." },
        OFFSET(IortReserved),
        REVISION(IortReserved),
        MAPPINGS(IortReserved),
};
static const FieldTable reserved_table = { FIELD_TABLE(reserved_fields) };

static const Field its_fields[] = {
        { "id", FIELD_INTEGER, 0, FIELD_MEMBER(IortItsId, id), .max = UINT32_MAX,
                        .text = "As in the MADT." },
};
static const FieldTable its_table = { FIELD_TABLE(its_fields) };

static const Field its_group_fields[] = {
        { "its", FIELD_LIST, 0, FIELD_ELEMENTS(IortItsGroup, ids, n_ids), .table = &its_table,
                        .text = "Interrupt translation services." },
        OFFSET(IortItsGroup),
};
static const FieldTable its_group_table = { FIELD_TABLE(its_group_fields) };

/* ── the table ─────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *write_faults(const void *firmware) {
        return json_faults(&((const FirmwareTables *) firmware)->iort_faults);
}

static int read_faults(const JsonValue *json, void *firmware) {
        size_t n;

        return json_value_array(json, FAULTS_MAX, &n);
}

static const FieldHook faults_hook = { write_faults, read_faults, .schema = "{\"type\": \"array\"}" };

static bool refers(const IortMapping *mappings, size_t n, const Iort *iort) {
        for (size_t i = 0; i < n; i++)
                if (mappings[i].unit >= (int) iort->n_units ||
                                mappings[i].its_group >= (int) iort->n_its_groups)
                        return false;
        return true;
}

static int check_iort(const JsonValue *value, void *object, const void *before) {
        const Iort *iort = &((const FirmwareTables *) object)->iort;
        bool ok = true;

        for (size_t i = 0; i < iort->n_units; i++)
                ok &= refers(iort->units[i].mappings, iort->units[i].n_mappings, iort);
        for (size_t i = 0; i < iort->n_root_complexes; i++)
                ok &= refers(iort->root_complexes[i].mappings, iort->root_complexes[i].n_mappings, iort);
        for (size_t i = 0; i < iort->n_components; i++)
                ok &= refers(iort->components[i].mappings, iort->components[i].n_mappings, iort);
        for (size_t i = 0; i < iort->n_reserved; i++)
                ok &= refers(iort->reserved[i].mappings, iort->reserved[i].n_mappings, iort);
        return ok ? 0 : json_value_fail(value, "a mapping refers to a unit or ITS group that is not there");
}

#define IORT(member) FIELD_MEMBER(FirmwareTables, iort.member)
#define IORT_LIST(array, n) FIELD_ELEMENTS(FirmwareTables, iort.array, iort.n)

static const Field iort_fields[] = {
        { "revision", FIELD_INTEGER, 0, IORT(revision), .max = UINT8_MAX, .text = "Of the table." },
        { "units", FIELD_LIST, 0, IORT_LIST(units, n_units), .table = &unit_table, .text = "SMMUs." },
        { "rootComplexes", FIELD_LIST, 0, IORT_LIST(root_complexes, n_root_complexes),
                        .table = &complex_table, .text = "PCI root complexes." },
        { "namedComponents", FIELD_LIST, 0, IORT_LIST(components, n_components), .table = &component_table,
                        .text = "Devices that are not on PCI." },
        { "reservedMemory", FIELD_LIST, 0, IORT_LIST(reserved, n_reserved), .table = &reserved_table,
                        .text = "Memory that devices use since the firmware ran (RMR)." },
        { "itsGroups", FIELD_LIST, 0, IORT_LIST(its_groups, n_its_groups), .table = &its_group_table,
                        .text = "Where interrupts go." },
        { "nodeCount", FIELD_INTEGER, 0, IORT(node_count), .max = UINT32_MAX, .text = "As in the header." },
        { "nodes", FIELD_INTEGER, 0, IORT(n_nodes), .text = "Nodes that were read." },
        { "performanceMonitors", FIELD_INTEGER, 0, IORT(n_counter_groups), .text = "PMCG nodes." },
        { "wireBridges", FIELD_INTEGER, 0, IORT(n_wire_bridges), .text = "IWB nodes." },
        { "unknownNodes", FIELD_INTEGER, 0, IORT(n_unknown), .text = "Nodes of unknown type." },
        { "checksumValid", FIELD_BOOLEAN, 0, IORT(checksum_valid), .text = "The bytes add up to 0." },
        { "faults", FIELD_CUSTOM, 0, .hook = &faults_hook, .text = "What is wrong, and at which byte." },
};
const FieldTable iort_table = { FIELD_TABLE(iort_fields), .check = check_iort };
