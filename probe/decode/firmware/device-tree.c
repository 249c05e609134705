/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/firmware/device-tree.h"

#include <stdlib.h>
#include <string.h>

#include "probe/decode/text.h"

#define CELL 4
#define PCI_CELLS 3
#define PCI_SIZE_CELLS 2
#define SPACE_SHIFT 24
#define PREFETCHABLE (UINT32_C(1) << 30)

static const char *const device_tree_space_table[_DEVICE_TREE_SPACE_MAX] = {
        [DEVICE_TREE_CONFIGURATION] = "configuration",
        [DEVICE_TREE_IO] = "io",
        [DEVICE_TREE_MEMORY32] = "memory32",
        [DEVICE_TREE_MEMORY64] = "memory64",
};
WORDS_DEFINE(DeviceTreeSpace, device_tree_space);

void device_tree_done(DeviceTree *tree) {
        free(tree->bridges);
        free(tree->units);
        *tree = (DeviceTree){};
}

static uint32_t cell_at(Bytes property, size_t offset) {
        return __builtin_bswap32(bytes_u32(property, offset));
}

/* A number of up to two cells. False: out of bounds, or more cells that are not 0. */
static bool number_at(Bytes property, size_t offset, unsigned cells, uint64_t *ret) {
        uint64_t value = 0;

        if (!bytes_has(property, offset, (size_t) cells * CELL))
                return false;
        for (unsigned i = 0; i < cells; i++) {
                if (value >> 32)
                        return false;
                value = value << 32 | cell_at(property, offset + (size_t) i * CELL);
        }
        *ret = value;
        return true;
}

bool device_tree_cell(Bytes property, uint32_t *ret) {
        if (property.n != CELL)
                return false;
        *ret = cell_at(property, 0);
        return true;
}

bool device_tree_has_word(Bytes property, const char *word) {
        size_t n = strlen(word);

        for (size_t start = 0; start < property.n;) {
                Bytes rest = bytes_part(property, start, property.n);
                const uint8_t *end = memchr(rest.data, 0, rest.n);
                size_t length = end ? (size_t) (end - rest.data) : rest.n;

                if (length == n && memcmp(rest.data, word, n) == 0)
                        return true;
                start += length + 1;
        }
        return false;
}

const char *device_tree_smmu(Bytes compatible) {
        static const char *const words[] = { "arm,smmu-v3", "arm,mmu-500", "arm,mmu-401", "arm,mmu-400",
                "arm,smmu-v2", "arm,smmu-v1", "cavium,smmu-v2", "nvidia,smmu-500", "qcom,smmu-500",
                "qcom,smmu-v2", "marvell,ap806-smmu-500" };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (device_tree_has_word(compatible, words[i]))
                        return words[i];
        return NULL;
}

uint8_t device_tree_gic(Bytes compatible) {
        static const struct {
                const char *word;
                uint8_t version;
        } words[] = { { "arm,gic-v3", 3 }, { "arm,gic-400", 2 }, { "arm,cortex-a15-gic", 2 },
                { "arm,cortex-a7-gic", 2 } };

        for (size_t i = 0; i < ELEMENTS(words); i++)
                if (device_tree_has_word(compatible, words[i].word))
                        return words[i].version;
        return 0;
}

bool device_tree_available(bool has_status, Bytes status) {
        return !has_status || device_tree_has_word(status, "okay") || device_tree_has_word(status, "ok");
}

/* One bus's ranges: (child address, parent address, size). */
static bool translate_once(const DeviceTreeBus *bus, unsigned parent_cells, uint64_t *address) {
        size_t entry = (size_t) (bus->address_cells + parent_cells + bus->size_cells) * CELL;

        if (!bus->has_ranges)
                return false;
        if (bus->ranges.n == 0)
                return true;
        for (size_t at = 0; entry > 0 && bytes_has(bus->ranges, at, entry); at += entry) {
                size_t parent_at = at + (size_t) bus->address_cells * CELL;
                uint64_t child, parent, size;

                if (!number_at(bus->ranges, at, bus->address_cells, &child) ||
                                !number_at(bus->ranges, parent_at, parent_cells, &parent) ||
                                !number_at(bus->ranges, parent_at + (size_t) parent_cells * CELL,
                                                bus->size_cells, &size))
                        continue;
                if (*address < child || *address - child >= size)
                        continue;
                if (*address - child > UINT64_MAX - parent)
                        return false;
                *address = parent + (*address - child);
                return true;
        }
        return false;
}

bool device_tree_translate(const DeviceTreeBus *buses, size_t n, uint64_t *address) {
        for (size_t i = n; i > 1; i--)
                if (!translate_once(&buses[i - 1], buses[i - 2].address_cells, address))
                        return false;
        return n > 0;
}

bool device_tree_reg(Bytes reg, unsigned address_cells, uint64_t *ret) {
        return address_cells > 0 && number_at(reg, 0, address_cells, ret);
}

/* ── ranges of host bridges: (PCI address, parent address, size) ───────────────────────────────────────── */

typedef struct PciRange {
        uint32_t space;
        uint64_t bus, parent, size;
} PciRange;

static bool pci_range_at(Bytes ranges, size_t at, unsigned parent_cells, PciRange *ret) {
        ret->space = cell_at(ranges, at);
        return number_at(ranges, at + CELL, PCI_CELLS - 1, &ret->bus) &&
                        number_at(ranges, at + PCI_CELLS * CELL, parent_cells, &ret->parent) &&
                        number_at(ranges, at + (PCI_CELLS + (size_t) parent_cells) * CELL, PCI_SIZE_CELLS,
                                        &ret->size) &&
                        ret->size > 0 && ret->size - 1 <= UINT64_MAX - ret->bus &&
                        ret->size - 1 <= UINT64_MAX - ret->parent;
}

static size_t pci_entry(unsigned parent_cells) {
        return (PCI_CELLS + (size_t) parent_cells + PCI_SIZE_CELLS) * CELL;
}

static DeviceTreeSpace space_of(const PciRange *range) {
        return (DeviceTreeSpace) (range->space >> SPACE_SHIFT & 3);
}

void device_tree_windows_decode(Bytes ranges, const DeviceTreeBus *buses, size_t n, DeviceTreeBridge *ret,
                FaultList *faults) {
        unsigned parent_cells = n > 0 ? buses[n - 1].address_cells : 0;
        size_t entry = pci_entry(parent_cells);

        for (size_t at = 0; at < ranges.n; at += entry) {
                PciRange range;

                if (!bytes_has(ranges, at, entry)) {
                        fault_add(faults, at, "ranges-length", "%s: part of an entry", ret->path);
                        return;
                }
                if (!pci_range_at(ranges, at, parent_cells, &range) ||
                                !device_tree_translate(buses, n, &range.parent) ||
                                range.size - 1 > UINT64_MAX - range.parent) {
                        fault_add(faults, at, "ranges-entry", "%s: no address of the CPU", ret->path);
                        continue;
                }
                if (ret->n_windows == DEVICE_TREE_WINDOWS_MAX) {
                        fault_add(faults, at, "ranges-many", "%s: more than %d windows", ret->path,
                                        DEVICE_TREE_WINDOWS_MAX);
                        return;
                }
                ret->windows[ret->n_windows++] = (DeviceTreeWindow){
                        .space = space_of(&range),
                        .prefetchable = (range.space & PREFETCHABLE) != 0,
                        .bus = range.bus,
                        .start = range.parent,
                        .end = range.parent + (range.size - 1),
                };
        }
}

static Reason read_dma_ranges(
                Bytes dma_ranges, unsigned parent_cells, DeviceTreeBridge *ret, FaultList *faults) {
        size_t entry = pci_entry(parent_cells);

        for (size_t at = 0; at < dma_ranges.n; at += entry) {
                PciRange range;

                if (!bytes_has(dma_ranges, at, entry)) {
                        fault_add(faults, at, "dma-ranges-length", "%s: part of an entry", ret->path);
                        return REASON_MALFORMED;
                }
                if (!pci_range_at(dma_ranges, at, parent_cells, &range)) {
                        fault_add(faults, at, "dma-ranges-entry", "%s: not a range", ret->path);
                        return REASON_MALFORMED;
                }
                if (space_of(&range) < DEVICE_TREE_MEMORY32)
                        continue;
                if (ret->n_dma_ranges == DEVICE_TREE_WINDOWS_MAX) {
                        fault_add(faults, at, "dma-ranges-many", "%s: more than %d ranges", ret->path,
                                        DEVICE_TREE_WINDOWS_MAX);
                        return REASON_TOO_LARGE;
                }
                ret->dma_ranges[ret->n_dma_ranges++] =
                                (DeviceTreeRange){ range.bus, range.bus + (range.size - 1) };
        }
        if (dma_ranges.n > 0 && ret->n_dma_ranges == 0) {
                fault_add(faults, 0, "dma-ranges-memory", "%s: no range of memory", ret->path);
                return REASON_MALFORMED;
        }
        return REASON_NONE;
}

/* Rounded down: every address of fewer bits is below the end. */
static uint8_t whole_bits(uint64_t end) {
        return end == UINT64_MAX ? 64 : (uint8_t) (63 - __builtin_clzll(end + 1));
}

void device_tree_dma_decode(
                Bytes dma_ranges, unsigned parent_cells, DeviceTreeBridge *ret, FaultList *faults) {
        uint64_t highest = 0;

        ret->n_dma_ranges = ret->dma_bits = 0;
        ret->dma_reason = read_dma_ranges(dma_ranges, parent_cells, ret, faults);
        for (size_t i = 0; i < ret->n_dma_ranges; i++)
                if (ret->dma_ranges[i].end > highest)
                        highest = ret->dma_ranges[i].end;
        if (ret->dma_reason == REASON_NONE && ret->n_dma_ranges > 0 && whole_bits(highest) == 0) {
                fault_add(faults, 0, "dma-ranges-memory", "%s: no range of memory", ret->path);
                ret->dma_reason = REASON_MALFORMED;
        }
        if (ret->dma_reason != REASON_NONE)
                ret->n_dma_ranges = 0;
        else if (ret->n_dma_ranges > 0)
                ret->dma_bits = whole_bits(highest);
}
