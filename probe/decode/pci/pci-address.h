/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Address of a PCI function in the kernel's format: "%04x:%02x:%02x.%d" (pci_name). Domains of VMD
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

/* Accepts only this form, in lower case. */
bool pci_address_parse(Bytes text, PciAddress *ret);

void pci_address_format(const PciAddress *address, char *ret, size_t size);

/* < 0, 0 or > 0, by domain, bus, device, function. */
int pci_address_compare(const PciAddress *a, const PciAddress *b);
