/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* /sys/bus/pci/devices/X/resource: "0x%016llx 0x%016llx 0x%016llx" a line, start, end (inclusive), flags;
 * six BARs, the ROM, six VF BARs, then bridge windows (drivers/pci/pci-sysfs.c, resource_show;
 * include/linux/ioport.h). */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

#define PCI_RESOURCE_ROM 6
#define PCI_RESOURCE_VF 7
#define PCI_RESOURCE_BARS 13 /* that hawd keeps: BARs, ROM, VF BARs */

typedef struct PciResource {
        bool present;
        bool io, is_64bit, prefetchable;
        bool assigned;       /* has an address: not unset, not disabled */
        uint64_t start, end; /* inclusive; if not assigned, only the size (end - start + 1) is valid */
} PciResource;

typedef struct PciResources {
        PciResource list[PCI_RESOURCE_BARS];
} PciResources;

/* Lines that do not parse, inverted ranges, a range of 2^64 bytes, and a wrong number of lines are faults by
 * line. A present resource has at most 2^64 - 1 bytes. */
void pci_resources_decode(Bytes text, PciResources *ret, FaultList *faults);
