/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-config.h"

#include "probe/cleanup.h"

#define HEADER_STATUS 0x06
#define HEADER_TYPE 0x0e
#define HEADER_TYPE_CARDBUS 2
#define HEADER_CAPABILITIES 0x34
#define HEADER_CAPABILITIES_CARDBUS 0x14
#define STATUS_CAPABILITIES 4

#define CAPABILITY_HEADER 4 /* bytes, in both lists */
#define ACS_CAPABILITY 0x04
#define ACS_CONTROL 0x06
#define PASID_CAPABILITY 0x04
#define SRIOV_SIZE 0x40
#define SRIOV_INITIAL_VFS 0x0c
#define SRIOV_TOTAL_VFS 0x0e
#define REBAR_ENTRIES 0x04
#define REBAR_ENTRY 8           /* capability and control, 4 bytes each */
#define REBAR_SMALLEST_SHIFT 20 /* 1 MiB */
#define REBAR_LARGEST_SIZE 43   /* 2^63 bytes, the maximum of the field */

/* ── which bytes to read ───────────────────────────────────────────────────────────────────────────────── */

static const PciCapability *find_capability(const PciWalk *walk, bool extended, uint16_t id) {
        for (unsigned i = 0; i < walk->n; i++)
                if (walk->list[i].extended == extended && walk->list[i].id == id)
                        return &walk->list[i];
        return NULL;
}

static bool seen(const PciWalk *walk, bool extended, uint16_t offset) {
        for (unsigned i = 0; i < walk->n; i++)
                if (walk->list[i].extended == extended && walk->list[i].offset == offset)
                        return true;
        return false;
}

static bool add(PciWalk *walk, PciCapability capability, FaultList *faults) {
        if (seen(walk, capability.extended, capability.offset)) {
                fault_add(faults, capability.offset, "capability-loop",
                                "the capability list loops back to 0x%x", capability.offset);
                return false;
        }
        if (walk->n == PCI_CAPABILITIES_MAX) {
                fault_add(faults, capability.offset, "too-many-capabilities", "more than %d capabilities",
                                PCI_CAPABILITIES_MAX);
                return false;
        }
        walk->list[walk->n++] = capability;
        return true;
}

/* Only PCI Express has extended capabilities. */
static void end_conventional(PciWalk *walk, bool visible) {
        walk->conventional_visible = visible;
        walk->at = PCI_CONFIG_SIZE;
        walk->step = PCI_WALK_EXTENDED;
        if (!find_capability(walk, false, PCI_CAP_EXPRESS)) {
                walk->extended_visible = visible;
                walk->step = PCI_WALK_END;
        }
}

static void end_extended(PciWalk *walk, bool visible) {
        walk->extended_visible = visible;
        walk->step = PCI_WALK_FIELDS;
}

/* The low two bits are reserved and undefined (PCI 3.0, 6.7). */
static void go_to_conventional(PciWalk *walk, uint8_t pointer, FaultList *faults) {
        walk->at = pointer & 0xfc;
        walk->step = PCI_WALK_CONVENTIONAL;
        if (walk->at != 0 && walk->at < PCI_HEADER_SIZE)
                fault_add(faults, walk->at, "capability-in-header", "capability at 0x%x, inside the header",
                                walk->at);
        if (walk->at < PCI_HEADER_SIZE)
                end_conventional(walk, true);
}

static bool all_ones(Bytes b) {
        for (size_t i = 0; i < b.n; i++)
                if (b.data[i] != 0xff)
                        return false;
        return true;
}

static void take_header(PciWalk *walk, Bytes config, FaultList *faults) {
        Bytes header = bytes_part(config, 0, PCI_HEADER_SIZE);
        bool cardbus = (bytes_u8(config, HEADER_TYPE) & 0x7f) == HEADER_TYPE_CARDBUS;

        walk->step = PCI_WALK_END;
        walk->header_visible = header.n == PCI_HEADER_SIZE && !all_ones(header);
        if (!walk->header_visible)
                return;
        if (bit(bytes_u16(config, HEADER_STATUS), STATUS_CAPABILITIES))
                go_to_conventional(walk,
                                bytes_u8(config,
                                                cardbus ? HEADER_CAPABILITIES_CARDBUS : HEADER_CAPABILITIES),
                                faults);
        else
                end_conventional(walk, true);
}

static void take_conventional(PciWalk *walk, Bytes config, FaultList *faults) {
        const PciCapability capability = { .id = bytes_u8(config, walk->at), .offset = walk->at };

        if (!bytes_has(config, walk->at, CAPABILITY_HEADER) || capability.id == 0xff)
                end_conventional(walk, false);
        else if (!add(walk, capability, faults))
                end_conventional(walk, true);
        else
                go_to_conventional(walk, bytes_u8(config, walk->at + 1U), faults);
}

/* Id 15:0, version 19:16, next 31:20 (PCIe 5.0, 7.6.3). Zero at 0x100: none; all ones: no answer. */
static void take_extended(PciWalk *walk, Bytes config, FaultList *faults) {
        uint32_t header = bytes_u32(config, walk->at);
        uint16_t next = (uint16_t) (bits(header, 31, 20) & 0xffc);
        const PciCapability capability = {
                .id = (uint16_t) bits(header, 15, 0), .offset = walk->at, .extended = true
        };

        if (!bytes_has(config, walk->at, CAPABILITY_HEADER) || header == UINT32_MAX)
                end_extended(walk, false);
        else if (header == 0 || !add(walk, capability, faults) || next == 0)
                end_extended(walk, true);
        else if (next < PCI_CONFIG_SIZE) {
                fault_add(faults, capability.offset, "capability-in-header",
                                "extended capability at 0x%x, below 0x100", next);
                end_extended(walk, true);
        } else
                walk->at = next;
}

/* The fields that pci_config_decode() reads after capability headers. */
static bool ask_field(PciWalk *walk, BytesRange *ret) {
        static const struct {
                uint16_t id;
                BytesRange range;
        } fields[] = {
                { PCI_EXT_CAP_ACS, { ACS_CAPABILITY, 4 } },
                { PCI_EXT_CAP_PASID, { PASID_CAPABILITY, 4 } },
                { PCI_EXT_CAP_SRIOV, { SRIOV_INITIAL_VFS, 4 } },
                { PCI_EXT_CAP_REBAR, { REBAR_ENTRIES, REBAR_ENTRY } },
        };

        while (walk->field < ELEMENTS(fields)) {
                const PciCapability *found = find_capability(walk, true, fields[walk->field].id);
                const BytesRange *range = &fields[walk->field++].range;

                if (found) {
                        *ret = (BytesRange){ found->offset + range->offset, range->n };
                        return true;
                }
        }
        return false;
}

/* The first entry's control register has the number of entries. */
static unsigned rebar_count(Bytes config, uint16_t offset) {
        return (unsigned) bits(bytes_u32(config, offset + REBAR_ENTRIES + 4U), 7, 5);
}

/* The Resizable BAR entries after the first. */
static bool ask_resizable(PciWalk *walk, Bytes config, BytesRange *ret) {
        const PciCapability *found = find_capability(walk, true, PCI_EXT_CAP_REBAR);
        unsigned n = found ? rebar_count(config, found->offset) : 0;

        walk->step = PCI_WALK_END;
        if (n > PCI_REBAR_MAX)
                n = PCI_REBAR_MAX;
        if (n < 2)
                return false;
        *ret = (BytesRange){ found->offset + REBAR_ENTRIES + REBAR_ENTRY, (n - 1) * REBAR_ENTRY };
        return true;
}

static bool ask(PciWalk *walk, Bytes config, BytesRange *ret) {
        switch (walk->step) {
        case PCI_WALK_START:
                walk->step = PCI_WALK_HEADER;
                *ret = (BytesRange){ 0, PCI_HEADER_SIZE };
                return true;
        case PCI_WALK_CONVENTIONAL:
        case PCI_WALK_EXTENDED:
                *ret = (BytesRange){ walk->at, CAPABILITY_HEADER };
                return true;
        case PCI_WALK_FIELDS:
                return ask_field(walk, ret) || ask_resizable(walk, config, ret);
        default:
                return false;
        }
}

bool pci_walk_next(PciWalk *walk, Bytes config, BytesRange *ret, FaultList *faults) {
        if (walk->step == PCI_WALK_HEADER)
                take_header(walk, config, faults);
        else if (walk->step == PCI_WALK_CONVENTIONAL)
                take_conventional(walk, config, faults);
        else if (walk->step == PCI_WALK_EXTENDED)
                take_extended(walk, config, faults);
        return ask(walk, config, ret);
}

/* ── meaning of the bytes ──────────────────────────────────────────────────────────────────────────────── */

/* Capability [31:4] has sizes from 1 MiB, control [31:16] from 256 TiB (PCIe 6.0, 7.8.6). */
static uint64_t rebar_largest(uint32_t capability, uint32_t control) {
        uint64_t sizes = bits(capability, 31, 4) | bits(control, 31, 16) << 28;

        for (int n = REBAR_LARGEST_SIZE; n >= 0; n--)
                if (bit(sizes, (unsigned) n))
                        return UINT64_C(1) << (REBAR_SMALLEST_SHIFT + n);
        return 0;
}

static void decode_rebar(Bytes config, uint16_t offset, PciConfig *ret, FaultList *faults) {
        unsigned count = rebar_count(config, offset), taken = 0;

        if (count == 0 || count > PCI_REBAR_MAX)
                fault_add(faults, offset + 8U, "rebar-count", "%u entries, expected 1 to %d", count,
                                PCI_REBAR_MAX);
        for (unsigned i = 0; i < count && i < PCI_REBAR_MAX; i++) {
                size_t at = offset + REBAR_ENTRIES + REBAR_ENTRY * (size_t) i;
                uint32_t capability = bytes_u32(config, at), control = bytes_u32(config, at + 4);
                unsigned bar = (unsigned) bits(control, 2, 0);

                if (!bytes_has(config, at, REBAR_ENTRY)) {
                        fault_add(faults, at, "rebar-truncated", "entry %u is outside the config space", i);
                        return;
                }
                if (bar > 5 || bit(taken, bar)) {
                        fault_add(faults, at, "rebar-index", "entry %u names BAR %u", i, bar);
                        continue;
                }
                taken |= 1U << bar;
                ret->resizable_max[bar] = rebar_largest(capability, control);
        }
}

static Tristate find(const PciWalk *walk, bool extended, uint16_t id, uint16_t *ret) {
        const PciCapability *found = find_capability(walk, extended, id);

        if (found) {
                *ret = found->offset;
                return TRISTATE_YES;
        }
        return (extended ? walk->extended_visible : walk->conventional_visible) ? TRISTATE_NO
                                                                                : TRISTATE_UNKNOWN;
}

static void decode_capabilities(const PciWalk *walk, Bytes config, PciConfig *ret, FaultList *faults) {
        uint16_t offset;

        ret->express = find(walk, false, PCI_CAP_EXPRESS, &offset);
        if (ret->express == TRISTATE_YES)
                ret->port_type = (int) bits(bytes_u16(config, offset + 2U), 7, 4);
        ret->acs = find(walk, true, PCI_EXT_CAP_ACS, &offset);
        if (ret->acs == TRISTATE_YES && bytes_has(config, offset + ACS_CAPABILITY, 4)) {
                ret->acs_capability = bytes_u16(config, offset + ACS_CAPABILITY);
                ret->acs_control = bytes_u16(config, offset + ACS_CONTROL);
        }
        ret->ats = find(walk, true, PCI_EXT_CAP_ATS, &offset);
        ret->pri = find(walk, true, PCI_EXT_CAP_PRI, &offset);
        ret->pasid = find(walk, true, PCI_EXT_CAP_PASID, &offset);
        if (ret->pasid == TRISTATE_YES)
                ret->pasid_bits = (uint8_t) bits(bytes_u16(config, offset + PASID_CAPABILITY), 12, 8);
        ret->sriov = find(walk, true, PCI_EXT_CAP_SRIOV, &offset);
        if (ret->sriov == TRISTATE_YES && offset <= PCI_EXTENDED_CONFIG_SIZE - SRIOV_SIZE)
                ret->total_vfs = bytes_u16(config, offset + SRIOV_TOTAL_VFS);
        ret->rebar = find(walk, true, PCI_EXT_CAP_REBAR, &offset);
        if (ret->rebar == TRISTATE_YES)
                decode_rebar(config, offset, ret, faults);
}

bool pci_config_decode(Bytes config, PciConfig *ret, FaultList *faults) {
        PciWalk walk = {};
        BytesRange range;

        while (pci_walk_next(&walk, config, &range, faults))
                ;
        *ret = (PciConfig){ .port_type = -1 };
        if (!walk.header_visible)
                return false;
        ret->revision = bytes_u8(config, 0x08);
        ret->header_type = bytes_u8(config, HEADER_TYPE) & 0x7f;
        ret->multifunction = bit(bytes_u8(config, HEADER_TYPE), 7);
        ret->conventional_visible = walk.conventional_visible;
        ret->extended_visible = walk.extended_visible;
        decode_capabilities(&walk, config, ret, faults);
        return true;
}

bool pci_config_same_device(Bytes a, Bytes b) {
        return bytes_has(a, 0, PCI_HEADER_SIZE) && bytes_has(b, 0, PCI_HEADER_SIZE) &&
                        bytes_u32(a, 0) == bytes_u32(b, 0) && bytes_u32(a, 8) == bytes_u32(b, 8) &&
                        (bytes_u8(a, HEADER_TYPE) & 0x7f) == (bytes_u8(b, HEADER_TYPE) & 0x7f);
}
