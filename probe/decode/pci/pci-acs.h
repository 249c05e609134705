/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Access Control Services (PCIe 5.0, 7.7.8) and what they mean for isolation (drivers/pci, pci_acs_enabled). */

#include <stdbool.h>
#include <stdint.h>

/* Bits of the capability word at +4 and the control word at +6. */
#define PCI_ACS_SV 0x01 /* source validation */
#define PCI_ACS_TB 0x02 /* translation blocking */
#define PCI_ACS_RR 0x04 /* P2P request redirect */
#define PCI_ACS_CR 0x08 /* P2P completion redirect */
#define PCI_ACS_UF 0x10 /* upstream forwarding */
#define PCI_ACS_EC 0x20 /* P2P egress control */
#define PCI_ACS_DT 0x40 /* direct translated P2P */

/* What the kernel's grouping asks for (drivers/iommu, REQ_ACS_FLAGS). */
#define PCI_ACS_REQUIRED (PCI_ACS_SV | PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF)

typedef struct PciAcs {
        uint16_t capability, control;
} PciAcs;

/* The required bits that are not in force. A function without the capability (acs NULL) lacks all of them when its
 * kind must have it: root and downstream ports; conventional functions, bridges to and from PCI, and event collectors
 * never isolate; endpoints and upstream ports of one function need none. A bit that the capability does not offer counts as hard-wired. port_type is the
 * PCIe device/port type, -1 for a conventional function. */
uint8_t pci_acs_missing(const PciAcs *acs, int port_type, bool multifunction);
