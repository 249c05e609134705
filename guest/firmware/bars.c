/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/firmware/bars.h"

#include <errno.h>
#include <stdlib.h>

#include "probe/cleanup.h"

#define BAR_MIN (4 * KIB)

void bar_list_done(BarList *list) {
        free(list->units);
        *list = (BarList){};
}

/* Behind a port only prefetchable BARs use a 64-bit window: a bridge has no other. */
static bool in_set(const GuestDevice *device, const GuestBar *bar, BarSet set) {
        bool high = bar->is_64bit && (bar->prefetchable || !device->own_port);

        switch (set) {
        case BARS_64_PREFETCHABLE:
                return high && bar->prefetchable;
        case BARS_64_PLAIN:
                return high && !bar->prefetchable;
        case BARS_64:
                return high;
        case BARS_32:
                return !high;
        default:
                return true;
        }
}

static int by_alignment(const BarUnit *a, const BarUnit *b) {
        if (a->align != b->align)
                return a->align > b->align ? -1 : 1;
        return a->size == b->size ? 0 : a->size > b->size ? -1 : 1;
}

static int by_place(const BarUnit *a, const BarUnit *b) {
        if (a->device != b->device)
                return a->device < b->device ? -1 : 1;
        return (a->bar > b->bar) - (a->bar < b->bar);
}

/* Equal units: by place on the bus. */
static int by_bus(const void *p, const void *q) {
        int r = by_alignment(p, q);

        return r ? r : by_place(p, q);
}

/* Functions of the root bus first, then ports from the highest bus down. */
static int by_root(const void *p, const void *q) {
        const BarUnit *a = p, *b = q;
        int r = by_alignment(a, b);

        if (r)
                return r;
        if ((a->bar < 0) != (b->bar < 0))
                return a->bar < 0 ? 1 : -1;
        return a->bar < 0 ? by_place(b, a) : by_place(a, b);
}

/* A port's window with these BARs; none if empty and nothing is reserved. */
static BarUnit port_unit(const Space *space, const GuestPort *port, BarUnit bars, const PortShare *share) {
        PortNeed need = port_need(space->guest, space->layout, port, share ? share->bytes : 0);

        if (!bars.size && !need.bytes)
                return bars;
        bars.align = share && share->instead ? need.align : max_of(bars.align, need.align);
        bars.size = max_of(round_up(bars.size, bars.align), need.bytes);
        return bars;
}

static bool keeps_low(const Space *space, const GuestDevice *device) {
        for (size_t i = 0; i < device->n_bars && i < GUEST_BARS_MAX; i++)
                if (device->bars[i].size && device->bars[i].prefetchable && !device->bars[i].is_64bit)
                        return firmware_of(space->guest->firmware.kind)->low_ports;
        return false;
}

/* The BARs of one device: separately, or as its port's window. */
static size_t device_units(
                const Space *space, size_t index, BarSet set, const PortShare *share, BarUnit *ret) {
        const GuestDevice *device = &space->guest->devices[index];
        BarUnit port = { .device = (int) index, .bar = -1, .count = 1 };
        size_t n = 0;

        for (size_t i = 0; i < device->n_bars && i < GUEST_BARS_MAX; i++) {
                uint64_t size = max_of(device->bars[i].size, BAR_MIN);

                if (!device->bars[i].size || !in_set(device, &device->bars[i], set))
                        continue;
                ret[n++] = (BarUnit){ (int) index, (int) i, 1, size, size };
                port.size = sum_of(port.size, size);
                port.align = max_of(port.align, size);
        }
        if (!device->own_port || set == BARS_64_PLAIN || set == BARS_32 || keeps_low(space, device))
                return n;
        ret[0] = port_unit(space, &device->port, port, share);
        ret[0].empty = n == 0;
        return ret[0].size > 0;
}

/* Ports without BARs to place: one unit per kind. */
static size_t add_ports(const Space *space, const PortShare *share, BarUnit *ret) {
        const Guest *guest = space->guest;
        size_t n = 0;

        for (uint32_t i = 0; i < guest->n_ports && i < GUEST_PORTS_MAX; i++) {
                BarUnit unit = port_unit(space, &guest->ports[i].port, (BarUnit){ .bar = -1 }, share);

                unit.device = (int) (guest->n_devices + i);
                unit.count = guest->ports[i].count;
                unit.empty = true;
                if (unit.size > 0)
                        ret[n++] = unit;
        }
        return n;
}

int bar_list_make(const Space *space, BarSet set, const PortShare *share, BarList *ret) {
        bool root_first = firmware_of(space->guest->firmware.kind)->root_first;
        BarList list = {};

        list.units = calloc(space->guest->n_devices * GUEST_BARS_MAX + GUEST_PORTS_MAX, sizeof(*list.units));
        if (!list.units)
                return -ENOMEM;
        for (size_t i = 0; i < space->guest->n_devices; i++)
                list.n += device_units(space, i, set, share, list.units + list.n);
        if (set == BARS_64 || set == BARS_64_PREFETCHABLE)
                list.n += add_ports(space, share, list.units + list.n);
        qsort(list.units, list.n, sizeof(*list.units), root_first ? by_root : by_bus);
        for (size_t i = 0; i < list.n; i++) {
                list.n_placed += !list.units[i].empty;
                list.sum = sum_of(list.sum, product_of(list.units[i].size, list.units[i].count));
        }
        list.align = list.n ? list.units[0].align : 1;
        *ret = list;
        return 0;
}

/* In a port's window: the device's prefetchable 64-bit BARs, largest first. */
static void place_in_port(Space *space, int device, uint64_t start) {
        const GuestDevice *owner = &space->guest->devices[device];
        bool placed[GUEST_BARS_MAX] = {};

        for (;;) {
                int largest = -1;

                for (int i = 0; i < owner->n_bars && i < GUEST_BARS_MAX; i++)
                        if (!placed[i] && owner->bars[i].size && in_set(owner, &owner->bars[i], BARS_64) &&
                                        (largest < 0 || owner->bars[i].size > owner->bars[largest].size))
                                largest = i;
                if (largest < 0)
                        return;
                placed[largest] = true;
                layout_add_bar(space, device, largest, start, sum_of(start, owner->bars[largest].size));
                start = sum_of(start, max_of(owner->bars[largest].size, BAR_MIN));
        }
}

uint64_t bar_list_place(Space *space, const BarList *list, uint64_t start) {
        for (size_t i = 0; i < list->n; i++) {
                const BarUnit *unit = &list->units[i];

                if (unit->bar < 0 && (size_t) unit->device < space->guest->n_devices)
                        place_in_port(space, unit->device, start);
                else if (unit->bar >= 0)
                        layout_add_bar(space, unit->device, unit->bar, start,
                                        sum_of(start,
                                                        space->guest->devices[unit->device]
                                                                        .bars[unit->bar]
                                                                        .size));
                start = sum_of(start, product_of(unit->size, unit->count));
        }
        return start;
}

int layout_fits_32(const Space *space, BarSet set, uint64_t spare, bool *ret) {
        _cleanup_(bar_list_done) BarList list = {};
        uint64_t end = space->window32_end;
        int r = bar_list_make(space, set, NULL, &list);

        if (r < 0)
                return r;
        spare = sum_of(spare, ports_low(space->guest, space->layout, set == BARS_ALL));
        /* From the top down, largest lowest, as SeaBIOS; OVMF's order upwards needs no more. */
        *ret = spare <= end && sum_of(list.sum, spare) <= end &&
                        ((end - spare - list.sum) & ~(list.align - 1)) >= space->window32_start;
        return 0;
}
