/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Single Root I/O Virtualization (PCIe 5.0, 9.3.3). Sizes of VF BARs cannot be read without writing; the kernel's
 * `resource` file has them. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

typedef struct PciVfBar {
        bool implemented; /* a non-zero address or flag: zero may be unassigned too */
        bool is_64bit, prefetchable;
} PciVfBar;

typedef struct PciSriov {
        bool vf_enable, vf_mse, ari;
        uint16_t initial_vfs, total_vfs, num_vfs;
        uint16_t vf_offset, vf_stride, vf_device_id;
        uint32_t supported_page_sizes;
        PciVfBar bars[6];
} PciSriov;

/* False when the capability does not fit. */
bool pci_sriov_decode(Bytes config, uint16_t offset, PciSriov *ret);
