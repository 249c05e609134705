/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The I/O Virtualization Reporting Structure (AMD I/O Virtualization specification, chapter 5; kernel:
 * drivers/iommu/amd/init.c). A unit may have up to three blocks, types 10h, 11h and 40h; `units` are the
 * blocks that Linux uses. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/decode/bytes.h"
#include "probe/decode/fault.h"

#define IVHD_10H 0x10
#define IVHD_11H 0x11
#define IVHD_40H 0x40
#define IVMD_ALL 0x20
#define IVMD_DEVICE 0x21
#define IVMD_RANGE 0x22

/* IVMD flags. */
#define IVMD_UNITY 0x01
#define IVMD_READ 0x02
#define IVMD_WRITE 0x04
#define IVMD_EXCLUSION 0x08

typedef struct IvrsInfo { /* IVinfo, byte 36 */
        uint32_t raw;
        bool efr_supported;    /* [0] */
        bool dma_remapping;    /* [1], pre-boot DMA protection */
        uint8_t gva_size;      /* [7:5]; 2 is 48 bits */
        uint8_t physical_bits; /* [14:8], PASize */
        uint8_t virtual_bits;  /* [21:15], VASize */
        bool ht_ats_reserved;  /* [22] */
} IvrsInfo;

typedef struct IvrsEntry { /* of an IVHD */
        size_t offset;
        uint8_t type, data;
        uint16_t device_id;
        bool has_extended;       /* 42h, 43h, 46h, 47h, 48h: */
        uint16_t source_id;      /* 42h, 43h, 48h */
        uint8_t handle, variety; /* 48h; variety 1 IOAPIC, 2 HPET */
        uint32_t extended_data;  /* 46h, 47h */
        char hardware_id[33];    /* F0h, printable; "" otherwise */
} IvrsEntry;

typedef struct IvrsBlock { /* IVHD */
        size_t offset;
        uint8_t type, flags;
        uint16_t length, device_id;
        bool known; /* 10h, 11h, 40h: all is decoded; else only the common header */
        uint16_t capability_offset, segment, info;
        uint64_t base;
        uint32_t features; /* 10h: feature reporting; 11h, 40h: attributes */
        bool has_efr;      /* 11h, 40h */
        uint64_t efr, efr2;
        bool used;                     /* by Linux */
        size_t first_entry, n_entries; /* ivrs.entries */
} IvrsBlock;

typedef struct IvrsMemory { /* IVMD */
        size_t offset;
        uint8_t type, flags;
        uint16_t device_id, auxiliary, segment;
        uint64_t start, length; /* bytes */
} IvrsMemory;

typedef struct Ivrs {
        uint8_t revision;
        bool checksum_valid;
        IvrsInfo info;
        size_t n_blocks;
        IvrsBlock *blocks;
        size_t n_units; /* blocks with .used */
        size_t n_memory;
        IvrsMemory *memory;
        size_t n_entries;
        IvrsEntry *entries;
        bool linux_refuses; /* a fault makes Linux disable AMD-Vi */
} Ivrs;

void ivrs_done(Ivrs *ivrs);

/* Attribute bit 0 of types 11h and 40h: the host page table is disabled. */
static inline bool ivrs_block_hatdis(const IvrsBlock *block) {
        return block->has_efr && bit(block->features, 0);
}

/* -EBADMSG: not an IVRS. -ENOMEM. */
int ivrs_decode(Bytes b, Ivrs *ret, FaultList *faults);

/* The range that Linux maps for an IVMD: start and length are rounded up to pages. False if empty or
 * wrapping. */
bool ivrs_memory_linux_range(const IvrsMemory *memory, uint64_t *ret_start, uint64_t *ret_end);
