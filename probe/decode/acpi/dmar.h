/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The DMA Remapping table (VT-d specification, chapter 8; kernel: drivers/iommu/intel/dmar.c). Structures
 * are kept in table order. Each violation of the specification is a fault with its byte offset;
 * linux_refuses is set if Linux disables VT-d because of it. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

/* Flags at byte 37. */
#define DMAR_INTR_REMAP 0x01
#define DMAR_X2APIC_OPT_OUT 0x02
#define DMAR_DMA_CTRL_PLATFORM_OPT_IN 0x04
#define DMAR_REMAP_OPT_OUT 0x08

/* Device scopes of one structure: dmar.scopes[first .. first + n). */
typedef struct DmarScopes {
        size_t first, n;
} DmarScopes;

typedef struct DmarScope {
        uint8_t type; /* 1 endpoint, 2 bridge, 3 IOAPIC, 4 HPET, 5 ACPI namespace device */
        uint8_t flags;
        uint8_t enumeration_id;
        uint8_t bus;
        size_t first_path, n_path; /* dmar.paths[first_path .. + n_path): device, function */
} DmarScope;

typedef struct DmarUnit { /* type 0, DRHD */
        size_t offset;
        uint8_t flags; /* bit 0: INCLUDE_PCI_ALL */
        uint8_t size;  /* register set of 2^size pages of 4 KiB; reserved before revision 4 */
        uint16_t segment;
        uint64_t base;
        DmarScopes scopes;
} DmarUnit;

typedef struct DmarRegion { /* type 1, RMRR */
        size_t offset;
        uint16_t segment;
        uint64_t base, limit; /* limit inclusive */
        DmarScopes scopes;
} DmarRegion;

typedef struct DmarDevices { /* type 2 ATSR (flags bit 0: ALL_PORTS), 5 SATC (bit 0: ATC_REQUIRED), 6 SIDP */
        size_t offset;
        uint8_t flags;
        uint16_t segment;
        DmarScopes scopes;
} DmarDevices;

typedef struct DmarAffinity { /* type 3, RHSA */
        size_t offset;
        uint64_t base;
        uint32_t proximity_domain;
} DmarAffinity;

typedef struct DmarNamespaceDevice { /* type 4, ANDD */
        size_t offset;
        uint8_t device_number;
        char name[128]; /* ACPI path, printable */
} DmarNamespaceDevice;

typedef struct Dmar {
        uint8_t revision;
        bool checksum_valid;
        uint16_t host_address_width; /* bits: the field plus one, 1..256; 0 if the header is cut off */
        uint8_t flags;
        size_t n_units;
        DmarUnit *units;
        size_t n_regions;
        DmarRegion *regions;
        size_t n_root_port_ats;
        DmarDevices *root_port_ats;
        size_t n_affinity;
        DmarAffinity *affinity;
        size_t n_namespace_devices;
        DmarNamespaceDevice *namespace_devices;
        size_t n_soc_integrated_ats;
        DmarDevices *soc_integrated_ats;
        size_t n_soc_integrated_devices;
        DmarDevices *soc_integrated_devices;
        size_t n_scopes;
        DmarScope *scopes;
        size_t n_paths;
        uint8_t (*paths)[2];
        bool linux_refuses; /* a fault makes Linux disable VT-d */
} Dmar;

void dmar_done(Dmar *dmar);

/* -EBADMSG: not a DMAR. -ENOMEM. */
int dmar_decode(Bytes b, Dmar *ret, FaultList *faults);

/* "endpoint", "bridge", …; "unknown" for other numbers. */
const char *dmar_scope_type_to_string(uint8_t type);
