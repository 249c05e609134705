/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The I/O Remapping Table of arm64 (Arm DEN0049, to issue E.f; kernel: drivers/acpi/arm64/iort.c). Nodes are
 * kept in table order. Offsets are bytes from the start of the table. Nodes for performance counters (PMCG)
 * and interrupt wire bridges (IWB) describe no device and no address: they are counted only. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

typedef enum IortNodeType {
        IORT_ITS_GROUP = 0,
        IORT_NAMED_COMPONENT = 1,
        IORT_ROOT_COMPLEX = 2,
        IORT_SMMU = 3, /* v1 and v2 */
        IORT_SMMU_V3 = 4,
        IORT_PMCG = 5,
        IORT_RMR = 6,
        IORT_IWB = 7,
} IortNodeType;

/* One range of ids of a node, and where they lead. */
typedef struct IortMapping {
        uint32_t offset;
        uint32_t input_base;
        uint64_t count; /* ids: the field plus one; 1 to 2^32 */
        uint32_t output_base;
        uint32_t output_reference; /* offset of a node */
        uint32_t flags;
        bool single;   /* flags bit 0: any input id becomes output_base */
        bool valid;    /* refers to a node of a type that is allowed here, and does not wrap */
        int unit;      /* index into iort.units; -1: not an SMMU */
        int its_group; /* index into iort.its_groups; -1: not an ITS group */
} IortMapping;

typedef struct IortItsId {
        uint32_t id; /* as in the MADT */
} IortItsId;

typedef struct IortItsGroup { /* type 0 */
        uint32_t offset;
        size_t n_ids;
        IortItsId *ids;
} IortItsGroup;

typedef struct IortComponent { /* type 1: a device of the ACPI namespace */
        uint32_t offset;
        uint8_t revision;
        char name[128]; /* ACPI path, printable */
        uint32_t flags;
        uint64_t memory_properties;
        uint8_t memory_address_limit; /* bits; 0 unknown */
        size_t n_mappings;
        IortMapping *mappings;
} IortComponent;

typedef struct IortRootComplex { /* type 2 */
        uint32_t offset;
        uint8_t revision;
        uint32_t segment;
        uint64_t memory_properties;
        uint32_t ats_attribute;
        bool ats;                     /* attribute bit 0 */
        uint8_t memory_address_limit; /* bits, at most 64; 0 unknown: revision 0, or not valid */
        uint16_t pasid_capabilities;  /* revision 4 on, else 0 */
        uint32_t flags;               /* likewise */
        size_t n_mappings;
        IortMapping *mappings;
} IortRootComplex;

typedef struct IortUnit { /* type 3 and 4 */
        uint32_t offset;
        IortNodeType type; /* IORT_SMMU, IORT_SMMU_V3 */
        uint8_t revision;
        uint64_t base;
        uint64_t span; /* bytes; type 3, else 0 */
        uint32_t flags, model;
        uint64_t vatos;     /* type 4, else 0 */
        uint32_t proximity; /* type 4, if flags bit 3 */
        bool has_proximity;
        size_t n_mappings;
        IortMapping *mappings;
} IortUnit;

typedef struct IortRange {
        uint64_t start, end; /* inclusive */
} IortRange;

typedef struct IortReserved { /* type 6: reserved memory of devices (RMR) */
        uint32_t offset;
        uint8_t revision;
        uint32_t flags;
        bool remappable; /* flags bit 0: the kernel's direct-relaxable, else direct */
        size_t n_ranges;
        IortRange *ranges; /* as Linux reads them: from the page of the first byte to that of the last;
                            * empty and wrapping ones are left out */
        size_t n_mappings;
        IortMapping *mappings;
} IortReserved;

typedef struct Iort {
        uint8_t revision;
        bool checksum_valid;
        uint32_t node_count; /* as in the header */
        size_t n_nodes;      /* nodes that are there, of any type */
        size_t n_its_groups;
        IortItsGroup *its_groups;
        size_t n_components;
        IortComponent *components;
        size_t n_root_complexes;
        IortRootComplex *root_complexes;
        size_t n_units;
        IortUnit *units;
        size_t n_reserved;
        IortReserved *reserved;
        size_t n_counter_groups; /* PMCG nodes */
        size_t n_wire_bridges;   /* IWB nodes */
        size_t n_unknown;        /* nodes of unknown type */
} Iort;

void iort_done(Iort *iort);

/* -EBADMSG: not an IORT. -ENOMEM. */
int iort_decode(Bytes b, Iort *ret, FaultList *faults);

/* The root complex of a PCI segment, which is the first of it, as in Linux; NULL: none. */
const IortRootComplex *iort_root_complex(const Iort *iort, uint16_t segment);

/* The unit that translates a PCI function's requests, as an index into units; -1: none, or unknown. `rid` is
 * its requester id: bus, device and function in 16 bits. */
int iort_unit_of(const Iort *iort, uint16_t segment, uint16_t rid);

/* The same, with the id that the function has behind it (its stream id, set if the result is not -1). */
int iort_stream_of(const Iort *iort, uint16_t segment, uint16_t rid, uint32_t *ret);

/* "SMMUv2", "SMMUv3", "Arm MMU-500", …; "unknown" for other numbers. */
const char *iort_unit_model(const IortUnit *unit);
