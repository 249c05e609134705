/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/firmware/bar-need.h"

#include "guest/firmware/port-need.h"

static uint64_t as_it_is(const GuestDevice *device, unsigned bar, const void *userdata) {
        return device->bars[bar].size;
}

/* To the next multiple of a power of two; all that there is when that is beyond 64 bits. */
static uint64_t round_up(uint64_t bytes, uint64_t unit) {
        return bytes > UINT64_MAX - (unit - 1) ? UINT64_MAX : (bytes + unit - 1) & ~(unit - 1);
}

static uint64_t add(uint64_t a, uint64_t b) {
        return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* What a port takes with these bytes behind it. */
static uint64_t port_bytes(const Guest *guest, uint64_t port_share, const GuestPort *port, uint64_t sum,
                uint64_t largest) {
        PortNeed least = port_need(guest, port, port_share);
        uint64_t bytes = sum > 0 ? round_up(sum, largest > least.align ? largest : least.align) : 0;

        return bytes > least.bytes ? bytes : least.bytes;
}

static void add_device(BarNeed *need, const GuestDevice *device, uint64_t largest) {
        need->n_devices++;
        if (largest > need->largest) {
                need->largest = largest;
                need->n_largest = 0;
        }
        need->n_largest += largest == need->largest;
}

void bar_need(const Guest *guest, uint64_t port_share, BarSize size, const void *userdata, BarNeed *ret) {
        BarNeed need = {};

        if (!size)
                size = as_it_is;
        for (size_t i = 0; i < guest->n_devices; i++) {
                const GuestDevice *device = &guest->devices[i];
                uint64_t sum = 0, largest = 0;

                for (unsigned j = 0; j < device->n_bars; j++) {
                        uint64_t bytes = size(device, j, userdata);

                        if (!device->bars[j].is_64bit || (device->own_port && !device->bars[j].prefetchable))
                                continue;
                        sum = add(sum, bytes);
                        if (bytes > largest)
                                largest = bytes;
                }
                if (largest > 0)
                        add_device(&need, device, largest);
                need.bytes = add(need.bytes,
                                device->own_port ? port_bytes(guest, port_share, &device->port, sum, largest)
                                                 : sum);
        }
        for (uint32_t i = 0; i < guest->n_ports; i++) {
                uint64_t bytes = port_bytes(guest, port_share, &guest->ports[i].port, 0, 0);

                need.n_ports += bytes > 0 ? guest->ports[i].count : 0;
                for (uint32_t j = 0; j < guest->ports[i].count; j++)
                        need.bytes = add(need.bytes, bytes);
        }
        *ret = need;
}

uint64_t bar_room(const Guest *guest, const Layout *layout) {
        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];
                uint64_t end = range->end;

                if (range->kind != LAYOUT_WINDOW64)
                        continue;
                /* SeaBIOS' window is as long as what is in it, and may grow to the end of the addresses. */
                if (guest->firmware.kind == FIRMWARE_SEABIOS && layout->phys_bits < 64)
                        end = (UINT64_C(1) << layout->phys_bits) - 1;
                return end >= range->start ? end - range->start + 1 : 0;
        }
        return 0;
}
