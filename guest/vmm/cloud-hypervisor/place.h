/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where Cloud Hypervisor itself puts what its devices need (vm-allocator address.rs, vmm device_manager.rs): each PCI segment
 * has a part of the area between memory and the end of the width, and a part of the one below 4 GiB. Every BAR takes the
 * highest place that is free and aligned to its size, in the order of the devices; persistent memory goes before them. */

#include "guest/layout/layout.h"

/* The 32nd of a segment's places is its host bridge's. */
#define CH_SEGMENT_DEVICES_MAX 31

typedef struct ChPlace {
        int device, bar;     /* bar -1: persistent memory, `device` its index in guest.pmem */
        uint64_t start, end; /* inclusive */
} ChPlace;

typedef struct ChPlaces {
        size_t n;
        ChPlace *places;     /* owned */
        bool fit_64, fit_32; /* a BAR without a place ends the VMM */
        int full;            /* the first segment whose 64-bit part has no place for all; -1 none */
        uint64_t full_size;  /* how long that part is */
        int crowded;         /* a segment with more devices than it has places for; -1 none */
} ChPlaces;

void ch_places_done(ChPlaces *places);

/* The areas, each from its start to its end (exclusive). Places below 4 GiB are not among what is returned. -ENOMEM. */
int ch_place(const Guest *guest, uint64_t start, uint64_t end, uint64_t start32, uint64_t end32,
                ChPlaces *ret);

/* The area for 64-bit BARs of a layout of Cloud Hypervisor's; false: there is none. */
bool ch_area(const Layout *layout, uint64_t *ret_start, uint64_t *ret_end);
