/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-translation.h"

bool pci_ats_decode(Bytes config, uint16_t offset, PciAts *ret) {
        uint16_t capability = bytes_u16(config, offset + 4U), control = bytes_u16(config, offset + 6U);

        if (!bytes_has(config, offset, 8))
                return false;
        *ret = (PciAts){
                .queue_depth = bits(capability, 4, 0) ? (uint8_t) bits(capability, 4, 0) : 32,
                .page_aligned = bit(capability, 5),
                .enabled = bit(control, 15),
                .stu = (uint8_t) bits(control, 4, 0),
        };
        return true;
}

bool pci_pasid_decode(Bytes config, uint16_t offset, PciPasid *ret) {
        uint16_t capability = bytes_u16(config, offset + 4U), control = bytes_u16(config, offset + 6U);

        if (!bytes_has(config, offset, 8))
                return false;
        *ret = (PciPasid){
                .execute = bit(capability, 1),
                .privileged = bit(capability, 2),
                .width = (uint8_t) bits(capability, 12, 8),
                .enabled = bit(control, 0),
        };
        return true;
}

bool pci_pri_decode(Bytes config, uint16_t offset, PciPri *ret) {
        if (!bytes_has(config, offset, 16))
                return false;
        *ret = (PciPri){
                .enabled = bit(bytes_u16(config, offset + 4U), 0),
                .outstanding_capacity = bytes_u32(config, offset + 8U),
                .outstanding_allocation = bytes_u32(config, offset + 12U),
        };
        return true;
}
