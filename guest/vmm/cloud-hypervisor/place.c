/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Where Cloud Hypervisor places its devices (vm-allocator address.rs, vmm device_manager.rs). Each PCI
 * segment has a part of the area between memory and the end of the width, and of the area below 4 GiB. Each
 * BAR gets the highest free place aligned to its size, in device order; persistent memory comes first. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/layout/space.h"
#include "guest/vmm/cloud-hypervisor/cloud-hypervisor.h"
#include "probe/cleanup.h"

#define SEGMENT_DEVICES_MAX 31 /* the host bridge uses the 32nd place of a segment */
#define SEGMENT_UNIT_64 (4 * GIB)
#define SEGMENT_UNIT_32 (4 * KIB)
#define PMEM_UNIT (2 * MIB)
#define PAGE (4 * KIB)
/* Six BARs per device; one segment may have all persistent memory. */
#define TAKEN_MAX (SEGMENT_DEVICES_MAX * GUEST_BARS_MAX + GUEST_PMEM_MAX)

typedef struct Taken {
        uint64_t start, end; /* exclusive */
} Taken;

/* A segment's part of an area, with its used ranges, highest first. */
typedef struct Part {
        uint64_t start, end;
        size_t n;
        Taken taken[TAKEN_MAX];
} Part;

static unsigned segments_of(const Guest *guest) {
        return guest->n_segments ? guest->n_segments : 1;
}

static uint64_t weight_of(const Guest *guest, unsigned segment, bool high) {
        uint32_t weight = high ? guest->segments[segment].weight64 : guest->segments[segment].weight32;

        return weight ? weight : 1;
}

/* A share for each weight, in whole units from the start; in newer versions the last also gets the rest. */
static void part_of(
                const Guest *guest, unsigned segment, bool high, uint64_t start, uint64_t end, Part *ret) {
        uint64_t unit = high ? SEGMENT_UNIT_64 : SEGMENT_UNIT_32, total = 0, before = 0, share;
        bool rest = policy_cloud_hypervisor(guest->vmm_version).last_has_rest;

        for (unsigned i = 0; i < segments_of(guest); i++) {
                total += weight_of(guest, i, high);
                before += i < segment ? weight_of(guest, i, high) : 0;
        }
        share = end > start ? (end - start) / unit / total * unit : 0;
        ret->start = start + before * share;
        ret->end = rest && segment + 1 == segments_of(guest)
                        ? max_of(end, ret->start)
                        : ret->start + share * weight_of(guest, segment, high);
        ret->n = 0;
}

/* The highest place in the highest gap that is large enough after alignment. */
static bool take(Part *part, uint64_t size, uint64_t align, uint64_t *ret) {
        uint64_t end = part->end;

        /* A BAR's size is a power of two; the VMM rejects others. */
        if (size == 0 || (align & (align - 1)) != 0)
                return false;
        for (size_t i = 0; i <= part->n && part->n < TAKEN_MAX; i++) {
                uint64_t from = round_up(i < part->n ? part->taken[i].end : part->start, align);

                if (from <= end && end - from >= size) {
                        memmove(part->taken + i + 1, part->taken + i, (part->n - i) * sizeof(Taken));
                        *ret = (end - size) & ~(align - 1);
                        part->taken[i] = (Taken){ *ret, *ret + size };
                        part->n++;
                        return true;
                }
                end = i < part->n ? part->taken[i].start : end;
        }
        return false;
}

static bool is_high(const GuestBar *bar) {
        return bar->is_64bit;
}

static void add_place(VmmPlaces *places, int device, int bar, uint64_t start, uint64_t size) {
        places->places[places->n++] = (VmmPlace){ device, bar, start, start + size - 1 };
}

static void place_pmem(const Guest *guest, unsigned segment, Part *part, VmmPlaces *places) {
        for (size_t i = 0; i < guest->n_pmem; i++) {
                uint64_t size = round_up(guest->pmem[i].size, PMEM_UNIT), start;

                if (guest->pmem[i].segment != segment || size == 0)
                        continue;
                if (take(part, size, PMEM_UNIT, &start))
                        add_place(places, (int) i, -1, start, size);
                else
                        places->fit_64 = false;
        }
}

static void place_device(const Guest *guest, size_t index, Part *high, Part *low, VmmPlaces *places) {
        const GuestDevice *device = &guest->devices[index];
        uint64_t start;

        for (int i = 0; i < device->n_bars && i < GUEST_BARS_MAX; i++) {
                const GuestBar *bar = &device->bars[i];

                if (bar->size == 0)
                        continue;
                if (!is_high(bar))
                        places->fit_32 &= take(low, bar->size, bar->size, &start);
                else if (take(high, max_of(bar->size, PAGE), max_of(bar->size, PAGE), &start))
                        add_place(places, (int) index, i, start, bar->size);
                else
                        places->fit_64 = false;
        }
}

int ch_place(const Guest *guest, uint64_t start, uint64_t end, uint64_t start32, uint64_t end32,
                VmmPlaces *ret) {
        _cleanup_free_ Part *parts = calloc(2, sizeof(Part));
        VmmPlaces places = { .fit_64 = true,
                .fit_32 = true,
                .full = -1,
                .crowded = -1,
                .segment_devices = SEGMENT_DEVICES_MAX };

        places.places = calloc(guest->n_devices * GUEST_BARS_MAX + guest->n_pmem + 1, sizeof(VmmPlace));
        if (!parts || !places.places) {
                vmm_places_done(&places);
                return -ENOMEM;
        }
        for (unsigned segment = 0; segment < segments_of(guest); segment++) {
                size_t n = 0;

                part_of(guest, segment, true, start, end, &parts[0]);
                part_of(guest, segment, false, start32, end32, &parts[1]);
                place_pmem(guest, segment, &parts[0], &places);
                for (size_t i = 0; i < guest->n_devices; i++)
                        if (guest->devices[i].segment == segment && n++ < SEGMENT_DEVICES_MAX)
                                place_device(guest, i, &parts[0], &parts[1], &places);
                if (!places.fit_64 && places.full < 0) {
                        places.full = (int) segment;
                        places.full_size = parts[0].end - parts[0].start;
                }
                if (n > SEGMENT_DEVICES_MAX && places.crowded < 0)
                        places.crowded = (int) segment;
        }
        *ret = places;
        return 0;
}

static void area_of(const Layout *layout, uint64_t *ret_start, uint64_t *ret_end) {
        *ret_start = *ret_end = 0;
        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind == LAYOUT_HOLE64) {
                        *ret_start = layout->ranges[i].start;
                        *ret_end = layout->ranges[i].end + 1;
                        return;
                }
}

int ch_places(const Guest *guest, const Layout *layout, VmmPlaces *ret) {
        uint64_t start, end;

        area_of(layout, &start, &end);
        return ch_place(guest, start, end, 0, 0, ret);
}
