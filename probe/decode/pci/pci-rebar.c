/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-rebar.h"

#define SMALLEST_SHIFT 20 /* 1 MiB */
#define LARGEST_SIZE 43   /* 2^63 bytes, the largest the field can say */

/* Capability [31:4] are sizes 1 MiB up; control [31:16] carry on from 256 TiB. */
static uint64_t entry_sizes(uint32_t capability, uint32_t control) {
        return bits(capability, 31, 4) | bits(control, 31, 16) << 28;
}

static bool repeated(const PciRebar *rebar, uint8_t bar) {
        for (unsigned i = 0; i < rebar->n; i++)
                if (rebar->entries[i].bar == bar)
                        return true;
        return false;
}

void pci_rebar_decode(Bytes config, uint16_t offset, PciRebar *ret, FaultList *faults) {
        unsigned count = (unsigned) bits(bytes_u32(config, offset + 8U), 7, 5);

        *ret = (PciRebar){};
        if (count == 0 || count > PCI_REBAR_MAX)
                fault_add(faults, offset + 8U, "rebar-count", "%u entries where 1 to %d can be", count,
                                PCI_REBAR_MAX);
        for (unsigned i = 0; i < count && i < PCI_REBAR_MAX; i++) {
                size_t at = offset + 4U + 8U * i;
                uint32_t capability = bytes_u32(config, at), control = bytes_u32(config, at + 4);
                uint8_t bar = (uint8_t) bits(control, 2, 0), size = (uint8_t) bits(control, 13, 8);

                if (!bytes_has(config, at, 8)) {
                        fault_add(faults, at, "rebar-truncated", "entry %u lies outside the config space",
                                        i);
                        return;
                }
                if (bar > 5 || repeated(ret, bar)) {
                        fault_add(faults, at, "rebar-index", "entry %u names BAR %u", i, bar);
                        continue;
                }
                ret->entries[ret->n++] = (PciRebarEntry){
                        .bar = bar,
                        .sizes = entry_sizes(capability, control),
                        .current = size <= LARGEST_SIZE ? UINT64_C(1) << (SMALLEST_SHIFT + size) : 0,
                };
        }
}

uint64_t pci_rebar_largest(const PciRebarEntry *entry) {
        for (int n = LARGEST_SIZE; n >= 0; n--)
                if (bit(entry->sizes, (unsigned) n))
                        return UINT64_C(1) << (SMALLEST_SHIFT + n);
        return 0;
}
