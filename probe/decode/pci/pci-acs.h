/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Access Control Services (PCIe 5.0, 7.7.8) and their effect on isolation (drivers/pci, pci_acs_enabled). */

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

/* Required by the kernel's grouping (drivers/iommu, REQ_ACS_FLAGS). */
#define PCI_ACS_REQUIRED (PCI_ACS_SV | PCI_ACS_RR | PCI_ACS_CR | PCI_ACS_UF)

typedef struct PciAcs {
        uint16_t capability, control;
} PciAcs;

/* Required bits that are not enabled. Without the capability (acs NULL), root and downstream ports lack all
 * of them. Conventional functions, bridges to and from PCI, and event collectors never isolate.
 * Single-function endpoints and upstream ports need none. A bit that the capability does not support counts
 * as hard-wired. port_type is the PCIe device/port type, -1 for a conventional function. */
uint8_t pci_acs_missing(const PciAcs *acs, int port_type, bool multifunction);
