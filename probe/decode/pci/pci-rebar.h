/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Resizable BAR (PCIe 5.0, 7.8.6; sizes above 512 GiB since 6.0): per BAR the sizes it can take. */

#include <stdint.h>

#include <stdbool.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

#define PCI_REBAR_MAX 6

typedef struct PciRebarEntry {
        uint8_t bar;      /* 0..5 */
        uint64_t sizes;   /* bit n: 2^(20+n) bytes can be had */
        uint64_t current; /* bytes; 0 when the field is out of range */
} PciRebarEntry;

typedef struct PciRebar {
        unsigned n;
        PciRebarEntry entries[PCI_REBAR_MAX];
} PciRebar;

/* A count of none or more than six is a fault, and six are read at most. Entries with a BAR index above 5, repeated ones and those that do not fit are faults and left out. */
void pci_rebar_decode(Bytes config, uint16_t offset, PciRebar *ret, FaultList *faults);

/* The largest size of an entry in bytes; 0 when it offers none that fits 64 bits. */
uint64_t pci_rebar_largest(const PciRebarEntry *entry);
