/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-acs.h"

#include "probe/decode/pci/pci-config.h"

uint8_t pci_acs_missing(const PciAcs *acs, int port_type, bool multifunction) {
        switch (port_type) {
        case -1:
        case PCI_EXPRESS_TO_PCI_BRIDGE:
        case PCI_EXPRESS_FROM_PCI_BRIDGE:
        case PCI_EXPRESS_EVENT_COLLECTOR:
                return PCI_ACS_REQUIRED;
        case PCI_EXPRESS_ROOT_PORT:
        case PCI_EXPRESS_DOWNSTREAM:
                if (!acs)
                        return PCI_ACS_REQUIRED;
                break;
        case PCI_EXPRESS_ENDPOINT:
        case PCI_EXPRESS_LEGACY_ENDPOINT:
        case PCI_EXPRESS_UPSTREAM:
        case PCI_EXPRESS_ROOT_ENDPOINT:
                /* Functions of one device can reach each other internally; a single function cannot. */
                if (!multifunction)
                        return 0;
                if (!acs)
                        return PCI_ACS_REQUIRED;
                break;
        default:
                return 0; /* reserved value: the kernel requires nothing */
        }
        return (uint8_t) (PCI_ACS_REQUIRED & acs->capability & ~acs->control);
}
