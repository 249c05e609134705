/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-sriov.h"

#define SRIOV_SIZE 0x40
#define SRIOV_BARS 0x24

bool pci_sriov_decode(Bytes config, uint16_t offset, PciSriov *ret) {
        uint16_t control = bytes_u16(config, offset + 8U);

        if (!bytes_has(config, offset, SRIOV_SIZE))
                return false;
        *ret = (PciSriov){
                .vf_enable = bit(control, 0),
                .vf_mse = bit(control, 3),
                .ari = bit(control, 4),
                .initial_vfs = bytes_u16(config, offset + 0x0cU),
                .total_vfs = bytes_u16(config, offset + 0x0eU),
                .num_vfs = bytes_u16(config, offset + 0x10U),
                .vf_offset = bytes_u16(config, offset + 0x14U),
                .vf_stride = bytes_u16(config, offset + 0x16U),
                .vf_device_id = bytes_u16(config, offset + 0x1aU),
                .supported_page_sizes = bytes_u32(config, offset + 0x1cU),
        };
        for (unsigned i = 0; i < 6; i++) {
                uint32_t bar = bytes_u32(config, offset + SRIOV_BARS + 4U * i);

                ret->bars[i] = (PciVfBar){
                        .implemented = bar != 0,
                        .is_64bit = bits(bar, 2, 1) == 2,
                        .prefetchable = bit(bar, 3),
                };
                /* The upper half of a 64-bit BAR is no BAR of its own. */
                if (ret->bars[i].is_64bit && i < 5)
                        i++;
        }
        return true;
}
