/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Both capability lists of a configuration space. How much of it was visible decides what absence means: without
 * CAP_SYS_ADMIN a read ends after 64 bytes, and every capability is unknown, not absent. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"
#include "probe/fact.h"

#define PCI_CONFIG_SIZE 256
#define PCI_EXTENDED_CONFIG_SIZE 4096

/* Conventional ids (PCI code and ID assignment, 2). */
#define PCI_CAP_VPD 0x03
#define PCI_CAP_EXPRESS 0x10

/* Extended ids (3). */
#define PCI_EXT_CAP_SERIAL_NUMBER 0x0003
#define PCI_EXT_CAP_ACS 0x000d
#define PCI_EXT_CAP_ATS 0x000f
#define PCI_EXT_CAP_SRIOV 0x0010
#define PCI_EXT_CAP_PRI 0x0013
#define PCI_EXT_CAP_REBAR 0x0015
#define PCI_EXT_CAP_PASID 0x001b

#define PCI_CAPABILITIES_MAX 128

typedef struct PciCapability {
        uint16_t id;
        uint16_t offset;
        bool extended;
        uint8_t version; /* of extended ones */
} PciCapability;

typedef struct PciCapabilities {
        bool conventional_visible; /* the list at 0x34 could be walked, or the header says there is none */
        bool extended_visible;     /* likewise from 0x100 on; a conventional device has none to see */
        unsigned n;
        PciCapability list[PCI_CAPABILITIES_MAX];
} PciCapabilities;

/* Loops, and offsets into the header, are faults that end the list. A list that runs into bytes of all ones was not
 * visible from there on: what it held so far is there, the rest is unknown. */
void pci_capabilities_decode(Bytes config, PciCapabilities *ret, FaultList *faults);

/* Offset of a capability. UNKNOWN when its list was not visible. */
Tristate pci_capability_find(const PciCapabilities *capabilities, bool extended, uint16_t id, uint16_t *ret);

/* Blanks what names one device rather than its kind: the Device Serial Number (often a MAC address) and the data
 * register of the Vital Product Data window. Of a config space cut off anywhere, too. */
void pci_config_scrub(uint8_t *config, size_t n);
