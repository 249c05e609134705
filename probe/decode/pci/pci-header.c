/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-header.h"

static bool all_ones(Bytes b) {
        for (size_t i = 0; i < b.n; i++)
                if (b.data[i] != 0xff)
                        return false;
        return true;
}

bool pci_header_decode(Bytes config, PciHeader *ret) {
        PciHeader header = {};

        if (!bytes_has(config, 0, PCI_HEADER_SIZE) || all_ones(bytes_part(config, 0, PCI_HEADER_SIZE)))
                return false;
        header.vendor = bytes_u16(config, 0x00);
        header.device = bytes_u16(config, 0x02);
        header.capabilities_list = bit(bytes_u16(config, 0x06), 4);
        header.revision = bytes_u8(config, 0x08);
        header.class_code = bytes_u32(config, 0x08) >> 8;
        header.header_type = bytes_u8(config, 0x0e) & 0x7f;
        header.multifunction = bit(bytes_u8(config, 0x0e), 7);
        if (header.header_type == PCI_HEADER_ENDPOINT) {
                header.subsystem_vendor = bytes_u16(config, 0x2c);
                header.subsystem_device = bytes_u16(config, 0x2e);
        } else if (header.header_type == PCI_HEADER_BRIDGE) {
                header.primary = bytes_u8(config, 0x18);
                header.secondary = bytes_u8(config, 0x19);
                header.subordinate = bytes_u8(config, 0x1a);
        }
        *ret = header;
        return true;
}
