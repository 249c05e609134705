/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /sys/kernel/iommu_groups/N/reserved_regions: "0x%016llx 0x%016llx <type>" a line, end inclusive
 * (Documentation/ABI/testing/sysfs-kernel-iommu_groups). */

#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

#define RESERVED_REGIONS_COUNT_MAX 4096

typedef enum ReservedType {
        RESERVED_OTHER = 0, /* unknown word of a newer kernel: treated as reserved */
        RESERVED_DIRECT,    /* must stay mapped 1:1: the device cannot be assigned */
        RESERVED_DIRECT_RELAXABLE,
        RESERVED_RESERVED,
        RESERVED_MSI,
} ReservedType;

typedef struct ReservedRegion {
        uint64_t start, end; /* inclusive */
        ReservedType type;
        char word[24]; /* as read, printable */
} ReservedRegion;

typedef struct ReservedRegions {
        size_t n;
        ReservedRegion *regions; /* owned; in the order read */
} ReservedRegions;

/* The type for a word of that file. */
ReservedType reserved_type_decode(Bytes word);

void reserved_regions_done(ReservedRegions *regions);

/* Lines that do not parse and inverted ranges are faults by line and skipped. -ENOMEM only. */
int reserved_regions_decode(Bytes text, ReservedRegions *ret, FaultList *faults);
