/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the judge asks both of VFIO's backends: pages at the ends of their ranges. Errors are ioctl's, printed by name. */

#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#define PAGE ((uint64_t) sysconf(_SC_PAGESIZE))
#define ADDRESSES_MAX 512

typedef struct Addresses {
        size_t n;
        uint64_t list[ADDRESSES_MAX];
} Addresses;

/* One address space. `map` and `unmap` put one page of the judge's at an address of it, and take it away. */
typedef struct Space {
        int fd;
        uint32_t id; /* iommufd's; unused by type1 */
        int (*map)(const struct Space *space, void *page, uint64_t address);
        int (*unmap)(const struct Space *space, uint64_t address);
} Space;

const char *outcome(int r);

/* Prints one range, `i` being its number, and keeps both ends of it and the pages next to them. */
void print_range(size_t i, uint64_t start, uint64_t end, Addresses *addresses);

/* Prints whether pages are mapped at the addresses and at both sides of each power of two from 2^32 on. */
void print_maps(const Space *space, Addresses *addresses);

/* The member "iommufd" of the device's object: how iommufd takes it, its ranges and its maps. */
void judge_iommufd(const char *device);
