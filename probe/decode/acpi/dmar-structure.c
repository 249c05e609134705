/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/acpi/dmar-structure.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/decode/acpi/dmar-scope.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

#define PAGE_MASK UINT64_C(0xfff)

typedef struct Structure {
        Bytes table;
        size_t offset, length;
} Structure;

/* Appends a zeroed element to one of the dmar's arrays. */
#define APPEND(array, count)                                               \
        ({                                                                 \
                typeof(array) _grown = grow(array, count, sizeof(*array)); \
                if (!_grown)                                               \
                        return -ENOMEM;                                    \
                (array) = _grown;                                          \
                (array)[count] = (typeof(*array)){};                       \
                &(array)[(count)++];                                       \
        })

static int scopes(const Structure *s, size_t header, Dmar *dmar, DmarScopes *ret, FaultList *faults) {
        return dmar_scopes_decode(s->table, s->offset + header, s->offset + s->length, dmar, ret, faults);
}

static int decode_drhd(const Structure *s, Dmar *dmar, FaultList *faults) {
        DmarUnit *unit = APPEND(dmar->units, dmar->n_units);

        unit->offset = s->offset;
        unit->flags = bytes_u8(s->table, s->offset + 4);
        unit->size = bytes_u8(s->table, s->offset + 5);
        unit->segment = bytes_u16(s->table, s->offset + 6);
        unit->base = bytes_u64(s->table, s->offset + 8);
        if (unit->base == 0) {
                fault_add(faults, s->offset + 8, "unit-base-zero",
                                "register base is 0: Linux rejects the table");
                dmar->linux_refuses = true;
        } else if (unit->base & PAGE_MASK)
                fault_add(faults, s->offset + 8, "unit-base-unaligned",
                                "register base 0x%" PRIx64 " is not page-aligned", unit->base);
        for (size_t i = 0; i + 1 < dmar->n_units; i++)
                if (dmar->units[i].base == unit->base && unit->base != 0)
                        fault_add(faults, s->offset + 8, "unit-base-repeated",
                                        "duplicate register base 0x%" PRIx64 ", first at byte %zu",
                                        unit->base, dmar->units[i].offset);
        return scopes(s, 16, dmar, &unit->scopes, faults);
}

static int decode_rmrr(const Structure *s, Dmar *dmar, FaultList *faults) {
        DmarRegion *region = APPEND(dmar->regions, dmar->n_regions);

        region->offset = s->offset;
        region->segment = bytes_u16(s->table, s->offset + 6);
        region->base = bytes_u64(s->table, s->offset + 8);
        region->limit = bytes_u64(s->table, s->offset + 16);
        if (region->limit <= region->base)
                fault_add(faults, s->offset + 16, "region-empty",
                                "0x%" PRIx64 "-0x%" PRIx64 " ends before it starts; Linux uses it",
                                region->base, region->limit);
        else if (region->base & PAGE_MASK || (region->limit & PAGE_MASK) != PAGE_MASK)
                fault_add(faults, s->offset + 8, "region-unaligned",
                                "0x%" PRIx64 "-0x%" PRIx64 " is not page-aligned; Linux uses it",
                                region->base, region->limit);
        return scopes(s, 24, dmar, &region->scopes, faults);
}

static int decode_devices(
                const Structure *s, bool has_flags, Dmar *dmar, DmarDevices *devices, FaultList *faults) {
        devices->offset = s->offset;
        devices->flags = has_flags ? bytes_u8(s->table, s->offset + 4) : 0;
        devices->segment = bytes_u16(s->table, s->offset + 6);
        return scopes(s, 8, dmar, &devices->scopes, faults);
}

static int decode_atsr(const Structure *s, Dmar *dmar, FaultList *faults) {
        return decode_devices(s, true, dmar, APPEND(dmar->root_port_ats, dmar->n_root_port_ats), faults);
}

static int decode_satc(const Structure *s, Dmar *dmar, FaultList *faults) {
        return decode_devices(
                        s, true, dmar, APPEND(dmar->soc_integrated_ats, dmar->n_soc_integrated_ats), faults);
}

static int decode_sidp(const Structure *s, Dmar *dmar, FaultList *faults) {
        return decode_devices(s, false, dmar,
                        APPEND(dmar->soc_integrated_devices, dmar->n_soc_integrated_devices), faults);
}

static int decode_rhsa(const Structure *s, Dmar *dmar, FaultList *faults) {
        DmarAffinity *affinity = APPEND(dmar->affinity, dmar->n_affinity);

        affinity->offset = s->offset;
        affinity->base = bytes_u64(s->table, s->offset + 8);
        affinity->proximity_domain = bytes_u32(s->table, s->offset + 16);
        return 0;
}

static int decode_andd(const Structure *s, Dmar *dmar, FaultList *faults) {
        DmarNamespaceDevice *device = APPEND(dmar->namespace_devices, dmar->n_namespace_devices);
        Bytes name = bytes_part(s->table, s->offset + 8, s->length - 8);

        device->offset = s->offset;
        device->device_number = bytes_u8(s->table, s->offset + 7);
        text_printable(name, device->name, sizeof(device->name));
        if (name.n == 0 || !memchr(name.data, 0, name.n)) {
                fault_add(faults, s->offset + 8, "name-unterminated",
                                "the device name is not terminated: Linux rejects the table");
                dmar->linux_refuses = true;
        } else if (device->name[0] != '\\' && device->name[0] != '_' &&
                        (device->name[0] < 'A' || device->name[0] > 'Z'))
                fault_add(faults, s->offset + 8, "name-odd", "the device name is not an ACPI path");
        return 0;
}

static const struct {
        const char *name;
        size_t size; /* of the fixed part */
        int (*decode)(const Structure *s, Dmar *dmar, FaultList *faults);
} structure_types[] = {
        { "DRHD", 16, decode_drhd },
        { "RMRR", 24, decode_rmrr },
        { "ATSR", 8, decode_atsr },
        { "RHSA", 20, decode_rhsa },
        { "ANDD", 8, decode_andd },
        { "SATC", 8, decode_satc },
        { "SIDP", 8, decode_sidp },
};

int dmar_structure_decode(Bytes table, size_t offset, size_t length, Dmar *dmar, FaultList *faults) {
        const Structure s = { .table = table, .offset = offset, .length = length };
        uint16_t type = bytes_u16(table, offset);

        if (type >= ELEMENTS(structure_types)) {
                fault_add(faults, offset, "structure-type", "unknown structure type %u, ignored", type);
                return 0;
        }
        if (length < structure_types[type].size) {
                fault_add(faults, offset + 2, "structure-short",
                                "%s has %zu bytes, expected at least %zu; ignored",
                                structure_types[type].name, length, structure_types[type].size);
                return 0;
        }
        return structure_types[type].decode(&s, dmar, faults);
}
