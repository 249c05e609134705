/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A PCI function's place, as the kernel writes it: "%04x:%02x:%02x.%d" (pci_name). Domains made up for VMD
 * controllers have more than four digits. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

#define PCI_ADDRESS_TEXT_MAX 17

typedef struct PciAddress {
        uint32_t domain;
        uint8_t bus, device, function; /* 0..255, 0..31, 0..7 */
} PciAddress;

/* Exactly that form in lower case; false for anything else. */
bool pci_address_parse(Bytes text, PciAddress *ret);

void pci_address_format(const PciAddress *address, char *ret, size_t size);

/* Below, equal, above: domain, bus, device, function. */
int pci_address_compare(const PciAddress *a, const PciAddress *b);
