/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/pci/pci-capability.h"

#include <string.h>

#include "probe/decode/pci/pci-header.h"

#define CAPABILITY_POINTER 0x34
#define CARDBUS_CAPABILITY_POINTER 0x14

static bool seen(const PciCapabilities *capabilities, bool extended, uint16_t offset) {
        for (unsigned i = 0; i < capabilities->n; i++)
                if (capabilities->list[i].extended == extended && capabilities->list[i].offset == offset)
                        return true;
        return false;
}

static bool add(PciCapabilities *capabilities, PciCapability capability, FaultList *faults) {
        if (seen(capabilities, capability.extended, capability.offset)) {
                fault_add(faults, capability.offset, "capability-loop",
                                "the capability list comes back to 0x%x", capability.offset);
                return false;
        }
        if (capabilities->n == PCI_CAPABILITIES_MAX) {
                fault_add(faults, capability.offset, "too-many-capabilities", "more than %d capabilities",
                                PCI_CAPABILITIES_MAX);
                return false;
        }
        capabilities->list[capabilities->n++] = capability;
        return true;
}

/* False when the list runs into bytes that read all ones: what follows did not answer. */
static bool walk_conventional(
                Bytes config, const PciHeader *header, PciCapabilities *ret, FaultList *faults) {
        uint8_t offset = bytes_u8(config,
                        header->header_type == PCI_HEADER_CARDBUS ? CARDBUS_CAPABILITY_POINTER
                                                                  : CAPABILITY_POINTER);

        /* The low two bits are reserved and read as anything (PCI 3.0, 6.7). */
        for (offset &= 0xfc; offset; offset = bytes_u8(config, offset + 1U) & 0xfc) {
                PciCapability capability = { .id = bytes_u8(config, offset), .offset = offset };

                if (offset < PCI_HEADER_SIZE) {
                        fault_add(faults, offset, "capability-in-header",
                                        "a capability at 0x%x, inside the header", offset);
                        return true;
                }
                if (capability.id == 0xff)
                        return false;
                if (!add(ret, capability, faults))
                        return true;
        }
        return true;
}

/* Extended header: id 15:0, version 19:16, next 31:20 (PCIe 5.0, 7.6.3). Zero at 0x100: none; all ones: no answer,
 * and false. */
static bool walk_extended(Bytes config, PciCapabilities *ret, FaultList *faults) {
        uint16_t offset = PCI_CONFIG_SIZE;

        while (offset) {
                uint32_t header = bytes_u32(config, offset);
                PciCapability capability = { .id = (uint16_t) bits(header, 15, 0),
                        .offset = offset,
                        .extended = true,
                        .version = (uint8_t) bits(header, 19, 16) };

                if (header == UINT32_MAX)
                        return false;
                if (header == 0 || !add(ret, capability, faults))
                        return true;
                offset = (uint16_t) (bits(header, 31, 20) & 0xffc);
                if (offset && offset < PCI_CONFIG_SIZE) {
                        fault_add(faults, capability.offset, "capability-in-header",
                                        "an extended capability at 0x%x, below 0x100", offset);
                        return true;
                }
        }
        return true;
}

void pci_capabilities_decode(Bytes config, PciCapabilities *ret, FaultList *faults) {
        PciHeader header;
        uint16_t express;

        *ret = (PciCapabilities){};
        if (!pci_header_decode(config, &header))
                return;
        if (!header.capabilities_list) {
                ret->conventional_visible = ret->extended_visible = true;
                return;
        }
        if (!bytes_has(config, 0, PCI_CONFIG_SIZE))
                return;
        ret->conventional_visible =
                        walk_conventional(bytes_part(config, 0, PCI_CONFIG_SIZE), &header, ret, faults);

        if (bytes_has(config, 0, PCI_EXTENDED_CONFIG_SIZE))
                ret->extended_visible =
                                walk_extended(bytes_part(config, 0, PCI_EXTENDED_CONFIG_SIZE), ret, faults);
        else
                ret->extended_visible =
                                pci_capability_find(ret, false, PCI_CAP_EXPRESS, &express) == TRISTATE_NO;
}

Tristate pci_capability_find(
                const PciCapabilities *capabilities, bool extended, uint16_t id, uint16_t *ret) {
        for (unsigned i = 0; i < capabilities->n; i++)
                if (capabilities->list[i].extended == extended && capabilities->list[i].id == id) {
                        *ret = capabilities->list[i].offset;
                        return TRISTATE_YES;
                }
        if (extended ? capabilities->extended_visible : capabilities->conventional_visible)
                return TRISTATE_NO;
        return TRISTATE_UNKNOWN;
}

static void blank(uint8_t *config, size_t n, size_t offset, size_t length) {
        if (offset < n)
                memset(config + offset, 0, length < n - offset ? length : n - offset);
}

/* Walks as far as there are bytes, whether or not the whole list can be trusted to be there. */
void pci_config_scrub(uint8_t *config, size_t n) {
        const Bytes bytes = { .data = config, .n = n };
        PciCapabilities capabilities = {};
        PciHeader header;

        if (pci_header_decode(bytes, &header) && header.capabilities_list)
                walk_conventional(bytes_part(bytes, 0, PCI_CONFIG_SIZE), &header, &capabilities, NULL);
        walk_extended(bytes_part(bytes, 0, PCI_EXTENDED_CONFIG_SIZE), &capabilities, NULL);
        for (unsigned i = 0; i < capabilities.n; i++) {
                const PciCapability *capability = &capabilities.list[i];

                if (capability->extended && capability->id == PCI_EXT_CAP_SERIAL_NUMBER)
                        blank(config, n, capability->offset + 4U, 8);
                if (!capability->extended && capability->id == PCI_CAP_VPD)
                        blank(config, n < PCI_CONFIG_SIZE ? n : PCI_CONFIG_SIZE, capability->offset + 4U, 4);
        }
}
