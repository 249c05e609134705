/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a device brings to address translation: ATS, PASID and PRI (PCIe 5.0, 10.5, 7.8.8 and 10.4.2). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

typedef struct PciAts {
        uint8_t queue_depth; /* 1..32: the field's 0 means 32 */
        bool page_aligned;
        bool enabled;
        uint8_t stu; /* smallest translation unit */
} PciAts;

typedef struct PciPasid {
        bool execute, privileged;
        uint8_t width; /* bits, 0..20 */
        bool enabled;
} PciPasid;

typedef struct PciPri {
        bool enabled;
        uint32_t outstanding_capacity, outstanding_allocation; /* page requests */
} PciPri;

/* False when the capability does not fit. */
bool pci_ats_decode(Bytes config, uint16_t offset, PciAts *ret);
bool pci_pasid_decode(Bytes config, uint16_t offset, PciPasid *ret);
bool pci_pri_decode(Bytes config, uint16_t offset, PciPri *ret);
