/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* hvmloader's places (pci_setup()). All BARs in one list, the largest first, equal ones in the order of the
 * bus. The hole below 4 GiB grows for them down to 2 GiB, as far as RAM lets it. What does not fit, and what is
 * above 1 GiB, goes above 4 GiB, from the end of RAM upwards. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/vmm/xen/xen.h"
#include "probe/cleanup.h"

#define OF_MACHINE_MAX 8
#define LARGE GIB
/* QEMU's VGA has no more, whatever it is asked for (vga_common_init()); of QXL, that is the first of two. */
#define VGA_MAX (512 * MIB)
/* More than any width; keeps sums of hostile sizes within 64 bits. */
#define COUNTED_MAX (UINT64_C(1) << 50)

typedef struct Bar {
        uint64_t size;
        size_t order;
        int device, bar; /* device -1: of the machine */
        bool is_64bit;
} Bar;

typedef struct Loader {
        Space *space;
        XenMap *map;
        size_t n;
        Bar *bars;
        bool large_above; /* XenPolicy */
        bool relocate;    /* some 64-bit BARs go above 4 GiB */
        uint64_t total;   /* still to be placed, as hvmloader counts */
        uint64_t low, high, high_end;
} Loader;

/* ── the list ──────────────────────────────────────────────────────────────────────────────────────────── */

static void add(Loader *loader, int device, int bar, uint64_t size, bool is_64bit) {
        if (size > 0)
                loader->bars[loader->n++] = (Bar){ size, loader->n, device, bar, is_64bit };
}

static uint64_t power_of_two(uint64_t bytes) {
        return bytes <= 1 ? bytes : UINT64_C(1) << (64 - __builtin_clzll(bytes - 1));
}

/* QEMU's xen-platform, then the graphics card with its ROM. */
static void add_machine(Loader *loader) {
        const Guest *guest = loader->space->guest;
        const uint64_t video = min_of(xen_video_memory(guest), 4 * GIB);
        const char *vga = xen_vga(guest);

        if (!guest->xen.no_platform_device)
                add(loader, -1, 0, 16 * MIB, false);
        if (strcmp(vga, "none") == 0)
                return;
        if (strcmp(vga, "stdvga") == 0)
                add(loader, -1, 0, min_of(power_of_two(video), VGA_MAX), false);
        else if (strcmp(vga, "qxl") == 0) {
                add(loader, -1, 0, min_of(power_of_two(video / 2), VGA_MAX), false);
                add(loader, -1, 0, power_of_two(video / 2), false);
        } else
                add(loader, -1, 0, 32 * MIB, false);
        add(loader, -1, 0, 4 * KIB, false);
        add(loader, -1, 0, 64 * KIB, false);
}

/* QEMU rounds an assigned device's BAR up to a page. */
static void add_devices(Loader *loader, bool assigned) {
        const Guest *guest = loader->space->guest;

        for (size_t i = 0; i < guest->n_devices; i++) {
                const GuestDevice *device = &guest->devices[i];

                for (int j = 0; device->assigned == assigned && j < device->n_bars && j < GUEST_BARS_MAX;
                                j++)
                        add(loader, (int) i, j,
                                        assigned ? max_of(device->bars[j].size, 4 * KIB)
                                                 : device->bars[j].size,
                                        device->bars[j].is_64bit);
        }
}

static int by_size(const void *p, const void *q) {
        const Bar *a = p, *b = q;

        if (a->size != b->size)
                return a->size > b->size ? -1 : 1;
        return a->order < b->order ? -1 : a->order > b->order;
}

static bool is_large(const Loader *loader, const Bar *bar) {
        return loader->large_above && bar->size > LARGE;
}

static void count_all(Loader *loader) {
        for (size_t i = 0; i < loader->n; i++)
                if (loader->bars[i].is_64bit && is_large(loader, &loader->bars[i]))
                        loader->relocate = true;
                else
                        loader->total += min_of(loader->bars[i].size, COUNTED_MAX);
}

/* ── the hole ──────────────────────────────────────────────────────────────────────────────────────────── */

static const XenRegion *region_in(const XenMap *map, uint64_t start, uint64_t end) {
        const XenRegion *first = NULL;

        for (size_t i = 0; i < map->n_regions; i++) {
                const XenRegion *region = &map->regions[i];

                if (!region->left_out && start < region->end && region->start < end &&
                                (!first || region->end < first->end))
                        first = region;
        }
        return first;
}

static bool moves_ram(const Guest *guest) {
        if (guest->xen.relocates != TRISTATE_UNKNOWN)
                return guest->xen.relocates == TRISTATE_YES;
        return guest->xen.traditional && !guest->memory.numa;
}

static uint64_t twice(uint64_t start) {
        return (start << 1) & UINT32_MAX;
}

static void choose_hole(Loader *loader) {
        const Guest *guest = loader->space->guest;
        XenMap *map = loader->map;
        const uint64_t hole = guest->xen.mmio_hole;

        loader->low = XEN_HOLE_START;
        if (hole >= XEN_HOLE_MIN && hole <= XEN_HOLE_MAX) {
                loader->low = 4 * GIB - hole;
                return;
        }
        while (loader->total > XEN_RESERVED_START - loader->low && twice(loader->low) != 0 &&
                        (moves_ram(guest) || twice(loader->low) >= map->low_end))
                loader->low = twice(loader->low);
        /* Room for the regions of assigned devices. */
        if (loader->low > map->low_end && region_in(map, loader->low, XEN_RESERVED_START))
                loader->low = map->low_end;
}

/* Only with a hole that grew into RAM. */
static void relocate_ram(Loader *loader) {
        XenMap *map = loader->map;

        if (loader->low >= map->low_end)
                return;
        map->high_end = sum_of(map->high_end, map->low_end - loader->low);
        map->low_end = loader->low;
}

/* ── places ────────────────────────────────────────────────────────────────────────────────────────────── */

static void put(Loader *loader, const Bar *bar, uint64_t start) {
        if (bar->device >= 0)
                layout_add_bar(loader->space, bar->device, bar->bar, start, start + bar->size);
}

/* Without a width nothing is known. */
static void lose(Loader *loader, const Bar *bar) {
        Layout *layout = loader->space->layout;

        if (!layout->phys_bits)
                return;
        layout->n_lost_bars++;
        if (bar->size > layout->largest_lost)
                layout->largest_lost = bar->size;
        if (bar->is_64bit)
                layout->bars_fit_64 = false;
        else
                layout->bars_fit_32 = false;
}

/* The base is aligned even if the BAR then does not fit. */
static void place_high(Loader *loader, const Bar *bar) {
        loader->high = round_up(loader->high, bar->size);
        if (loader->high > loader->high_end || loader->high_end - loader->high < bar->size) {
                lose(loader, bar);
                return;
        }
        put(loader, bar, loader->high);
        loader->high += bar->size;
}

static void place_low(Loader *loader, const Bar *bar) {
        uint64_t start = round_up(loader->low, bar->size);
        const XenRegion *region;

        while ((region = region_in(loader->map, start, sum_of(start, bar->size))))
                start = round_up(region->end, bar->size);
        if (start > XEN_RESERVED_START || XEN_RESERVED_START - start < bar->size) {
                lose(loader, bar);
                return;
        }
        put(loader, bar, start);
        loader->low = start + bar->size;
}

static void place_all(Loader *loader) {
        for (size_t i = 0; i < loader->n; i++) {
                const Bar *bar = &loader->bars[i];
                const uint64_t room = XEN_RESERVED_START - loader->low;
                const bool above = bar->is_64bit && loader->relocate &&
                                (loader->total > room || is_large(loader, bar));

                if (!is_large(loader, bar))
                        loader->total -= min_of(bar->size, COUNTED_MAX);
                if (above)
                        place_high(loader, bar);
                else
                        place_low(loader, bar);
        }
}

static void add_windows(Loader *loader) {
        Space *space = loader->space;

        space->window32_start = loader->low;
        space->window32_end = XEN_RESERVED_START;
        layout_add(space, LAYOUT_WINDOW32, loader->low, XEN_RESERVED_START, "hvmloader 32-bit window");
        if (space->layout->phys_bits)
                layout_add(space, LAYOUT_WINDOW64, loader->high, loader->high_end,
                                "hvmloader 64-bit window");
        snprintf(space->layout->rule, sizeof(space->layout->rule),
                        "hvmloader: from the end of memory, or 4 GiB, upwards");
}

void xen_place(Space *space, XenMap *map) {
        const Guest *guest = space->guest;
        _cleanup_free_ Bar *bars = calloc(guest->n_devices * GUEST_BARS_MAX + OF_MACHINE_MAX, sizeof(*bars));
        Loader loader = { .space = space,
                .map = map,
                .bars = bars,
                .large_above = policy_xen(guest->vmm_version).large_above };

        if (!bars) {
                space->error = -ENOMEM;
                return;
        }
        add_machine(&loader);
        add_devices(&loader, false);
        add_devices(&loader, true);
        if (loader.n > 0)
                qsort(bars, loader.n, sizeof(*bars), by_size);
        count_all(&loader);
        choose_hole(&loader);
        if (loader.total > XEN_RESERVED_START - loader.low)
                loader.relocate = true;
        relocate_ram(&loader);
        loader.high = map->high_end;
        loader.high_end = space->layout->phys_bits ? space_of(space->layout->phys_bits) : loader.high;
        add_windows(&loader);
        place_all(&loader);
}
