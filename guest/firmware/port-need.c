/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/firmware/port-need.h"

#include "guest/vmm/policy.h"

#define MIB (UINT64_C(1) << 20)
#define LOW_SHARE (2 * MIB)

static uint64_t power_above(uint64_t bytes) {
        uint64_t power = 1;

        while (power < bytes && power < UINT64_C(1) << 63)
                power <<= 1;
        return power;
}

static uint64_t larger(uint64_t a, uint64_t b) {
        return a > b ? a : b;
}

/* By the slot's register of PCI Express, or by the controller of a bridge: OVMF looks for either. */
static bool shows_hotplug(const Guest *guest, const GuestPort *port) {
        QemuPolicy policy;

        if (port->fixed)
                return false;
        if (guest->vmm != VMM_QEMU)
                return true;
        policy = policy_qemu(guest->machine, guest->machine_version, guest->vmm_version);
        return port->conventional ? policy.bridges_hotplug : !policy.ports_hide_hotplug;
}

/* It asks for what it gives ports, or for what a port says instead, rounded up to a power of two. */
static PortNeed need_ovmf(const Guest *guest, const GuestPort *port, uint64_t share) {
        PortNeed need = { .align = MIB };

        if (!shows_hotplug(guest, port))
                return need;
        need.low = larger(LOW_SHARE, port->reserve32);
        need.bytes = port->reserve ? power_above(larger(port->reserve, MIB)) : share;
        need.align = larger(need.align, need.bytes);
        return need;
}

/* It goes by the slot, which every port has, and by the controller of a bridge. */
static PortNeed need_seabios(const Guest *guest, const GuestPort *port, uint64_t share) {
        PortNeed need = { .align = LOW_SHARE };
        bool slot = port->conventional ? shows_hotplug(guest, port) : true;

        if (slot) {
                need.align = larger(need.align, share);
                need.bytes = need.align;
        }
        need.low = larger(LOW_SHARE, port->reserve32);
        if (port->reserve > need.bytes)
                need.bytes = port->reserve > UINT64_MAX - need.align
                                ? UINT64_MAX
                                : (port->reserve + need.align - 1) & ~(need.align - 1);
        return need;
}

PortNeed port_need(const Guest *guest, const GuestPort *port, uint64_t share) {
        if (port->shared)
                return (PortNeed){ .align = MIB };
        return guest->firmware.kind == FIRMWARE_SEABIOS ? need_seabios(guest, port, share)
                                                        : need_ovmf(guest, port, share);
}

/* A window that does not lie above is as long below, where a reserve may be all that is there. */
static uint64_t low_of(const Guest *guest, const GuestPort *port, bool everything) {
        PortNeed need = port_need(guest, port, 0);

        return need.low + (everything ? need.bytes : 0);
}

uint64_t ports_low(const Guest *guest, bool everything) {
        uint64_t sum = 0, each;

        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].own_port)
                        sum += port_need(guest, &guest->devices[i].port, 0).low;
        for (uint32_t i = 0; i < guest->n_ports; i++) {
                if (__builtin_mul_overflow(low_of(guest, &guest->ports[i].port, everything),
                                    (uint64_t) guest->ports[i].count, &each) ||
                                __builtin_add_overflow(sum, each, &sum))
                        return UINT64_MAX;
        }
        return sum;
}
