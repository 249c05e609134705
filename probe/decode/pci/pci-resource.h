/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /sys/bus/pci/devices/X/resource: "0x%016llx 0x%016llx 0x%016llx" a line, start, end (inclusive), flags; six BARs,
 * the ROM, six VF BARs, then bridge windows (drivers/pci/pci-sysfs.c, resource_show; include/linux/ioport.h). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

#define PCI_RESOURCE_ROM 6
#define PCI_RESOURCE_VF 7
#define PCI_RESOURCE_BARS 13 /* of these hawd keeps: BARs, ROM, VF BARs */

typedef struct PciResource {
        bool present;
        bool io, is_64bit, prefetchable;
        bool assigned;       /* has an address: neither unset nor disabled */
        uint64_t start, end; /* inclusive; when not assigned only the size (end - start + 1) means something */
} PciResource;

typedef struct PciResources {
        PciResource list[PCI_RESOURCE_BARS];
} PciResources;

/* Lines that do not parse, inverted ranges, one of 2^64 bytes, and more or fewer lines than a device has resources are
 * faults by line. A resource that is present is at most 2^64 - 1 bytes long. */
void pci_resources_decode(Bytes text, PciResources *ret, FaultList *faults);
