/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How wide the addresses are that a device can send to memory, by the root complex of its PCI segment (ACPI
 * IORT, memory address size limit; device tree, dma-ranges). It is a property of the wires: the kernel limits
 * its own DMA by it, but neither lists it in reserved_regions nor keeps VFIO from mapping above it. */

#include "profile/profile.h"

typedef struct MemoryLimit {
        Reason reason; /* not NONE: a limit may exist, but is unknown */
        uint8_t bits;  /* 0: there is none */
        const DeviceTreeBridge
                        *bridge; /* whose dma-ranges it is; NULL: not by the device tree, or unknown */
} MemoryLimit;

/* Whether the device tree tells the limits, and not the ACPI IORT. */
bool memory_limit_in_tree(const Profile *profile);
/* "ACPI IORT" or "device tree". */
const char *memory_limit_source(const Profile *profile);

/* Of PCI functions in a domain. */
MemoryLimit memory_limit(const Profile *profile, uint32_t domain);

/* Of all PCI functions of the host: the lowest. Sets *ret_domain if bits is not 0. */
MemoryLimit memory_limit_lowest(const Profile *profile, uint32_t *ret_domain);

/* Takes what the limit does not pass on from a set, by its exact ranges. -ENOMEM. */
int memory_limit_intersect(const MemoryLimit *limit, RangeSet *set);

/* The same for the limits of all PCI functions of the host. */
int memory_limit_intersect_all(const Profile *profile, RangeSet *set);

/* True if a group's width is its limit, and its unit would let VFIO map more. */
bool memory_limit_bounds(const Profile *profile, const ProfileGroup *group);
