/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-express.h"

int pci_express_type(Bytes config, uint16_t offset) {
        return (int) bits(bytes_u16(config, offset + 2U), 7, 4);
}

const char *pci_express_type_to_string(int type) {
        switch (type) {
        case PCI_EXPRESS_ENDPOINT:
                return "endpoint";
        case PCI_EXPRESS_LEGACY_ENDPOINT:
                return "legacy endpoint";
        case PCI_EXPRESS_ROOT_PORT:
                return "root port";
        case PCI_EXPRESS_UPSTREAM:
                return "upstream port";
        case PCI_EXPRESS_DOWNSTREAM:
                return "downstream port";
        case PCI_EXPRESS_TO_PCI_BRIDGE:
                return "PCIe to PCI bridge";
        case PCI_EXPRESS_FROM_PCI_BRIDGE:
                return "PCI to PCIe bridge";
        case PCI_EXPRESS_ROOT_ENDPOINT:
                return "root complex endpoint";
        case PCI_EXPRESS_EVENT_COLLECTOR:
                return "root complex event collector";
        default:
                return "reserved";
        }
}
