/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The sysfs files of a unit, /sys/class/iommu/ivhdN/amd-iommu/. `features` has three formats: "EFR",
 * "EFR2:EFR" (6.0 on) and "EFR:EFR2" (about 6.7 on), all in hexadecimal without 0x. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/reason.h"

typedef struct AmdviFeatures {
        uint64_t efr, efr2;
        bool has_efr2; /* kernel reports it */
} AmdviFeatures;

/* The order is not needed: EFR is the larger value, as real ones exceed 2^32 (the few emulated ones 2^12)
 * and EFR2 does not. ABSENT: all zero, the unit has no such register. MALFORMED: not parsable. */
Reason amdvi_features_decode(Bytes line, AmdviFeatures *ret);

/* `cap`, the PCI capability header (AMD I/O Virtualization specification, 3.2.1): [7:0] id 0x0f, 24 IOTLB,
 * 25 HtTunnel, 26 NpCache, 27 EFRSup, 28 CapExt. NpCache suggests an emulated unit. */
static inline bool amdvi_capability_np_cache(uint32_t header) {
        return bit(header, 26);
}
