/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The PCI Express capability's device/port type (PCIe 5.0, 7.5.3.2): what stands between a device and the root. */

#include "probe/decode/bytes.h"

typedef enum PciExpressType {
        PCI_EXPRESS_ENDPOINT = 0x0,
        PCI_EXPRESS_LEGACY_ENDPOINT = 0x1,
        PCI_EXPRESS_ROOT_PORT = 0x4,
        PCI_EXPRESS_UPSTREAM = 0x5,
        PCI_EXPRESS_DOWNSTREAM = 0x6,
        PCI_EXPRESS_TO_PCI_BRIDGE = 0x7,
        PCI_EXPRESS_FROM_PCI_BRIDGE = 0x8,
        PCI_EXPRESS_ROOT_ENDPOINT = 0x9, /* root complex integrated endpoint */
        PCI_EXPRESS_EVENT_COLLECTOR = 0xa,
} PciExpressType;

/* Capabilities register [7:4], 0..15. */
int pci_express_type(Bytes config, uint16_t offset);

/* "root port", "endpoint", …; "reserved" for numbers without a meaning. */
const char *pci_express_type_to_string(int type);
