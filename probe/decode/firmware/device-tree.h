/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Properties of a device tree, which the kernel shows as files (sys/firmware/devicetree/base): PCI host bridges
 * and SMMUs (Devicetree Specification 0.4, sections 2.3 and 2.4; IEEE 1275 PCI binding 2.1, section 2.2.1.1;
 * Documentation/devicetree/bindings/iommu). Cells are 32 bits, big endian. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"
#include "probe/reason.h"
#include "probe/words.h"

#define DEVICE_TREE_BRIDGES_MAX 32
#define DEVICE_TREE_WINDOWS_MAX 16
#define DEVICE_TREE_UNITS_MAX 64
#define DEVICE_TREE_PATH_MAX 128

typedef enum DeviceTreeSpace { /* bits 25:24 of the first cell of a PCI address */
        DEVICE_TREE_CONFIGURATION = 0,
        DEVICE_TREE_IO,
        DEVICE_TREE_MEMORY32,
        DEVICE_TREE_MEMORY64,
        _DEVICE_TREE_SPACE_MAX,
} DeviceTreeSpace;

WORDS_DECLARE(DeviceTreeSpace, device_tree_space);

typedef struct DeviceTreeWindow {
        DeviceTreeSpace space;
        bool prefetchable;
        uint64_t bus;        /* first address on the PCI bus */
        uint64_t start, end; /* the CPU's addresses, inclusive */
} DeviceTreeWindow;

typedef struct DeviceTreeRange {
        uint64_t start, end; /* on the PCI bus, inclusive */
} DeviceTreeRange;

typedef struct DeviceTreeBridge {
        char path[DEVICE_TREE_PATH_MAX]; /* "/pcie@10000000", printable */
        int64_t segment;                 /* linux,pci-domain; -1: the kernel chooses */
        Reason dma_reason; /* not NONE: what its devices may address is unknown, and the next members are 0 */
        uint8_t dma_bits;  /* whole bits below the highest end of dma_ranges; 0: no limit */
        size_t n_dma_ranges;
        DeviceTreeRange dma_ranges[DEVICE_TREE_WINDOWS_MAX]; /* all that its devices may address */
        size_t n_windows;
        DeviceTreeWindow windows[DEVICE_TREE_WINDOWS_MAX];
} DeviceTreeBridge;

typedef struct DeviceTreeUnit {
        char path[DEVICE_TREE_PATH_MAX];
        char compatible[48]; /* the word by which it is an SMMU: "arm,smmu-v3" */
        uint64_t base;       /* the CPU's address of its registers */
} DeviceTreeUnit;

/* A bus between the root and a node. */
typedef struct DeviceTreeBus {
        unsigned address_cells, size_cells; /* of its children */
        Bytes ranges;                       /* borrowed; empty: addresses are the parent's */
        bool has_ranges;                    /* false: its children have no address of the CPU */
} DeviceTreeBus;

#define DEVICE_TREE_DEPTH_MAX 4

typedef struct DeviceTree {
        Reason incomplete;   /* not NONE: there may be bridges that are not listed */
        uint8_t gic_version; /* of the first interrupt controller that is a GIC; 0: none was found */
        size_t n_bridges, n_units;
        DeviceTreeBridge *bridges; /* owned, by path */
        DeviceTreeUnit *units;     /* likewise */
} DeviceTree;

void device_tree_done(DeviceTree *tree);

/* A property of one cell. False: another length. */
bool device_tree_cell(Bytes property, uint32_t *ret);

/* Whether the list of strings has this one. */
bool device_tree_has_word(Bytes property, const char *word);

/* The first of its words that is an SMMU's, or NULL. */
const char *device_tree_smmu(Bytes compatible);

/* 2, or 3 also for a GICv4; 0: not a GIC (Documentation/devicetree/bindings/interrupt-controller/arm,gic*.yaml). */
uint8_t device_tree_gic(Bytes compatible);

/* Whether the node may be used: no status, "okay" or "ok" (drivers/of/base.c). */
bool device_tree_available(bool has_status, Bytes status);

/* The CPU's address of an address on buses[n - 1], whose parent is buses[n - 2], and so on; buses[0] is the
 * root. False: a bus does not map it. */
bool device_tree_translate(const DeviceTreeBus *buses, size_t n, uint64_t *address);

/* Adds the windows of `ranges` to the bridge, whose parent is buses[n - 1]. Faults by byte. */
void device_tree_windows_decode(Bytes ranges, const DeviceTreeBus *buses, size_t n, DeviceTreeBridge *ret,
                FaultList *faults);

/* Sets what the bridge's devices may address. Empty: all, as its parent. `parent_cells`: address cells of the
 * bridge's parent. */
void device_tree_dma_decode(
                Bytes dma_ranges, unsigned parent_cells, DeviceTreeBridge *ret, FaultList *faults);

/* The address of `reg`'s first entry. False: too short, or more than two cells. */
bool device_tree_reg(Bytes reg, unsigned address_cells, uint64_t *ret);
