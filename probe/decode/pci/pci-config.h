/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of PCI configuration space that hawd reads (PCI Local Bus 3.0, 6.1 and 6.7; PCIe 5.0, 7.5 to
 * 7.8): the header, both capability lists, and some fields of the capabilities below; no more, as each word
 * takes about 1 µs on bare metal and 10 µs in a virtual machine. PciWalk selects them, without I/O. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"
#include "probe/fact.h"

#define PCI_HEADER_SIZE 64
#define PCI_CONFIG_SIZE 256
#define PCI_EXTENDED_CONFIG_SIZE 4096

/* Conventional ids (PCI code and ID assignment, 2). */
#define PCI_CAP_EXPRESS 0x10

/* Extended ids (3). */
#define PCI_EXT_CAP_ACS 0x000d
#define PCI_EXT_CAP_ATS 0x000f
#define PCI_EXT_CAP_SRIOV 0x0010
#define PCI_EXT_CAP_PRI 0x0013
#define PCI_EXT_CAP_REBAR 0x0015
#define PCI_EXT_CAP_PASID 0x001b

#define PCI_CAPABILITIES_MAX 128
#define PCI_REBAR_MAX 6

/* Device/port type of the PCI Express capability. */
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

typedef struct PciCapability {
        uint16_t id;
        uint16_t offset;
        bool extended;
} PciCapability;

typedef enum PciWalkStep {
        PCI_WALK_START = 0,
        PCI_WALK_HEADER,
        PCI_WALK_CONVENTIONAL,
        PCI_WALK_EXTENDED,
        PCI_WALK_FIELDS,
        PCI_WALK_END,
} PciWalkStep;

/* Absence is known only for visible bytes: without CAP_SYS_ADMIN a read ends after 64 bytes, and all
 * capabilities are unknown, not absent. A list that leaves the visible bytes or reaches bytes of all ones
 * (no answer) is visible up to there. */
typedef struct PciWalk {
        PciWalkStep step;
        uint16_t at;    /* the requested capability */
        unsigned field; /* next field to request */
        bool header_visible;
        bool conventional_visible; /* visible to the end, or header: no list */
        bool extended_visible;     /* likewise from 0x100 on; a conventional device has none */
        unsigned n;
        PciCapability list[PCI_CAPABILITIES_MAX];
} PciWalk;

/* The next bytes; false: no more. `config` has the bytes requested so far and ends with the visible ones;
 * gaps are undefined. Loops, and offsets into the header, are faults and end a list. Begin with zeros. */
bool pci_walk_next(PciWalk *walk, Bytes config, BytesRange *ret, FaultList *faults);

/* The decoded values. A Tristate is UNKNOWN if its bytes are not visible. */
typedef struct PciConfig {
        uint8_t header_type; /* bits 6:0 */
        uint8_t revision;
        bool multifunction;
        bool conventional_visible, extended_visible; /* as in PciWalk */
        Tristate express, acs, ats, pasid, pri, sriov, rebar;
        int port_type; /* PciExpressType; -1: not PCI Express, or not visible */
        uint16_t acs_capability, acs_control;
        uint8_t pasid_bits; /* 0..20 */
        uint16_t total_vfs;
        uint64_t resizable_max[6]; /* bytes: maximum size of each BAR; 0: not resizable */
} PciConfig;

/* Returns false if there are fewer than 64 bytes or all are ones (no answer); then nothing is visible in
 * ret. Ignores a capability that does not fit, an invalid count or BAR of Resizable BAR, and a second entry
 * of one BAR; the latter three are faults. */
bool pci_config_decode(Bytes config, PciConfig *ret, FaultList *faults);

/* Compares vendor, device, revision, class and header type, to detect a replaced device. */
bool pci_config_same_device(Bytes a, Bytes b);
