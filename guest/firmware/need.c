/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/firmware/bars.h"

/* ── ports ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* By the slot's PCI Express register, or by a bridge's controller. */
static bool shows_hotplug(const Layout *layout, const GuestPort *port) {
        return !port->fixed && !(port->conventional ? layout->bridges_hide : layout->ports_hide);
}

static uint64_t power_above(uint64_t bytes) {
        uint64_t power = 1;

        while (power < bytes && power < UINT64_C(1) << 63)
                power <<= 1;
        return power;
}

PortNeed port_need_asked(const GuestPort *port, bool shown, uint64_t share) {
        PortNeed need = { .align = MIB };

        if (!shown)
                return need;
        need.low = max_of(PORT_LOW, port->reserve32);
        need.bytes = port->reserve ? power_above(max_of(port->reserve, MIB)) : share;
        need.align = max_of(need.align, need.bytes);
        return need;
}

PortNeed port_need(const Guest *guest, const Layout *layout, const GuestPort *port, uint64_t share) {
        if (port->shared)
                return (PortNeed){ .align = MIB };
        return firmware_of(guest->firmware.kind)->port(port, shows_hotplug(layout, port), share);
}

uint64_t ports_low(const Guest *guest, const Layout *layout, bool everything) {
        uint64_t sum = 0;

        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].own_port)
                        sum += port_need(guest, layout, &guest->devices[i].port, 0).low;
        for (uint32_t i = 0; i < guest->n_ports; i++) {
                const PortNeed need = port_need(guest, layout, &guest->ports[i].port, 0);

                /* A window not above 4 GiB takes its size below; it may be a reserve only. */
                sum = sum_of(sum,
                                product_of(sum_of(need.low, everything ? need.bytes : 0),
                                                guest->ports[i].count));
        }
        return sum;
}

/* ── BARs ──────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Need {
        const Guest *guest;
        const Layout *layout;
        uint64_t port_share;
        BarNeed sum;
} Need;

static uint64_t as_it_is(const GuestDevice *device, unsigned bar, const void *userdata) {
        return device->bars[bar].size;
}

/* What a port takes with these bytes behind it. */
static uint64_t port_bytes(const Need *need, const GuestPort *port, uint64_t sum, uint64_t largest) {
        PortNeed least = port_need(need->guest, need->layout, port, need->port_share);
        uint64_t bytes = sum > 0 ? round_up(sum, max_of(largest, least.align)) : 0;

        return max_of(bytes, least.bytes);
}

static void count_device(BarNeed *need, uint64_t largest) {
        need->n_devices++;
        if (largest > need->largest) {
                need->largest = largest;
                need->n_largest = 0;
        }
        need->n_largest += largest == need->largest;
}

static void add_device(Need *need, const GuestDevice *device, BarSize size, const void *userdata) {
        uint64_t sum = 0, largest = 0;

        for (unsigned i = 0; i < device->n_bars; i++) {
                uint64_t bytes = size(device, i, userdata);

                if (!device->bars[i].is_64bit || (device->own_port && !device->bars[i].prefetchable))
                        continue;
                sum = sum_of(sum, bytes);
                largest = max_of(largest, bytes);
        }
        if (largest > 0)
                count_device(&need->sum, largest);
        need->sum.bytes = sum_of(need->sum.bytes,
                        device->own_port ? port_bytes(need, &device->port, sum, largest) : sum);
}

void bar_need(const Guest *guest, const Layout *layout, uint64_t port_share, BarSize size,
                const void *userdata, BarNeed *ret) {
        Need need = { .guest = guest, .layout = layout, .port_share = port_share };

        for (size_t i = 0; i < guest->n_devices; i++)
                add_device(&need, &guest->devices[i], size ? size : as_it_is, userdata);
        for (uint32_t i = 0; i < guest->n_ports; i++) {
                uint64_t bytes = port_bytes(&need, &guest->ports[i].port, 0, 0);

                need.sum.n_ports += bytes > 0 ? guest->ports[i].count : 0;
                need.sum.bytes = sum_of(need.sum.bytes, product_of(bytes, guest->ports[i].count));
        }
        *ret = need.sum;
}

uint64_t bar_room(const Guest *guest, const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];
                uint64_t end = range->end;

                if (range->kind != LAYOUT_WINDOW64)
                        continue;
                if (firmware_of(guest->firmware.kind)->grows && layout->phys_bits < 64)
                        end = space_of(layout->phys_bits) - 1;
                return end >= range->start ? end - range->start + 1 : 0;
        }
        return 0;
}
