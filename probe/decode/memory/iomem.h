/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A map of physical memory: /proc/iomem (kernel/resource.c: two blanks a level, "%08llx-%08llx : name",
 * zeros without privilege) or /sys/firmware/memmap (drivers/firmware/memmap.c). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"
#include "probe/reason.h"

#define IOMEM_ENTRIES_MAX 65536
#define IOMEM_NAME_MAX 48

typedef enum IomemKind {
        IOMEM_OTHER = 0, /* devices and all other names */
        IOMEM_SYSTEM_RAM,
        IOMEM_RESERVED,
        IOMEM_ACPI_TABLES,
        IOMEM_ACPI_NVS,
        IOMEM_UNUSABLE,
        IOMEM_PERSISTENT, /* and the legacy type 12 */
        IOMEM_SOFT_RESERVED,
        IOMEM_PCI_WINDOW, /* "PCI Bus 0000:00"; in a device tree boot "pcie@10000000" */
        IOMEM_PCI_ECAM,   /* "PCI ECAM …", "PCI MMCONFIG …" */
} IomemKind;

typedef struct IomemEntry {
        uint64_t start, end; /* inclusive */
        uint8_t depth;       /* 0 at the top */
        IomemKind kind;
        char name[IOMEM_NAME_MAX]; /* the kernel's name, printable */
} IomemEntry;

typedef struct Iomem {
        size_t n;
        IomemEntry *entries; /* owned; in the order read */
} Iomem;

void iomem_done(Iomem *iomem);

/* -ENOMEM. */
int iomem_add(Iomem *iomem, const IomemEntry *entry);

/* Keeps the top level, and RAM and PCI windows below it. Lines that do not parse are faults by line.
 * *ret_reason is HIDDEN if all addresses are zero, MALFORMED if no line parses, else NONE. -ENOMEM only. */
int iomem_decode(Bytes text, Iomem *ret, Reason *ret_reason, FaultList *faults);

/* Empties in place the lines that iomem_decode() ignores: kernel code and data, whose addresses are secret,
 * and devices. Line numbers do not change. Returns the new length. */
size_t iomem_scrub(uint8_t *text, size_t n);

/* Kind by name, ignoring case: the ABI document and the code of sys/firmware/memmap differ in case. */
IomemKind iomem_kind(Bytes name);
