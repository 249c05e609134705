/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The first 64 bytes of PCI configuration space (PCI Local Bus 3.0, 6.1; PCI-to-PCI Bridge 1.2, 3.2). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

#define PCI_HEADER_SIZE 64

typedef enum PciHeaderType {
        PCI_HEADER_ENDPOINT = 0,
        PCI_HEADER_BRIDGE = 1,
        PCI_HEADER_CARDBUS = 2,
} PciHeaderType;

typedef struct PciHeader {
        uint16_t vendor, device;
        uint16_t subsystem_vendor, subsystem_device; /* type 0 only, else 0 */
        uint32_t class_code;                         /* 24 bits: class, subclass, programming interface */
        uint8_t revision;
        uint8_t header_type; /* bits 6:0 */
        bool multifunction;
        bool capabilities_list;                  /* Status[4] */
        uint8_t primary, secondary, subordinate; /* bus numbers, type 1 only */
} PciHeader;

/* False when fewer than 64 bytes are there, or all of them are ones (the device does not answer). */
bool pci_header_decode(Bytes config, PciHeader *ret);
