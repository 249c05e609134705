/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ArmVirtQemu takes the windows as QEMU describes them, whatever its version: 64-bit BARs from the start of
 * the 64-bit window, largest first (ArmVirtPkg/Library/FdtPciHostBridgeLib, MdeModulePkg PciBusDxe; seen with
 * 2020.11, 2022.11, 2025.02 and 2026.08). What does not fit it leaves without an address.
 *
 * Linux then places all BARs anew, unless firmware forbids it, which QEMU's does not: in the same order, but
 * what does not fit into the 64-bit window goes below 4 GiB if it is small enough (drivers/pci/setup-bus.c;
 * seen with 6.12). */

#include <stdio.h>

#include "guest/firmware/bars.h"
#include "guest/machine.h"
#include "probe/cleanup.h"

#define LINUX_PORT_SHARE (2 * MIB) /* of the 64-bit window for an empty hot-plug port: pci=hpmmioprefsize */
#define LOW_BAR_MAX (256 * MIB)    /* of twice the size, none lies within the 32-bit window */
#define SMALL_BARS MIB /* 64-bit BARs of 16 KiB, one for each virtio device: not among the guest's */

/* ── firmware ──────────────────────────────────────────────────────────────────────────────────────────── */

/* Without a 64-bit window PciBusDxe gives up if a BAR does not even fit into 32 bits. */
static bool gives_up(const Space *space) {
        const Guest *guest = space->guest;

        for (size_t i = 0; i < guest->n_devices && space->hole64_size == 0; i++)
                for (unsigned j = 0; j < guest->devices[i].n_bars && j < GUEST_BARS_MAX; j++)
                        if (guest->devices[i].bars[j].size > 4 * GIB)
                                return true;
        return false;
}

static int place_firmware(Space *space) {
        const uint64_t start = space->hole64_start, end = sum_of(start, space->hole64_size);
        _cleanup_(bar_list_done) BarList list = {};
        Layout *layout = space->layout;
        bool fits_64, fits_32;
        int r = bar_list_make(space, BARS_64, NULL, &list);

        if (r >= 0)
                r = layout_fits_32(space, space->hole64_size ? BARS_32 : BARS_ALL, 0, &fits_32);
        if (r < 0)
                return r;
        fits_64 = !space->hole64_size || !list.n_placed ||
                        sum_of(start, sum_of(list.sum, SMALL_BARS)) <= end;
        if (gives_up(space))
                layout->left = LEFT_ALL;
        else if (!fits_64 || !fits_32)
                layout->left = LEFT_SOME;
        else if (space->hole64_size)
                bar_list_place(space, &list, start);
        return 0;
}

/* ── Linux ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Below 4 GiB: the windows of hot-plug ports, then smaller BARs, unless others of their size are there. */
static void place_low(Space *space, const BarUnit *unit) {
        const Guest *guest = space->guest;
        uint64_t at = sum_of(space->window32_start, ports_low(guest, space->layout, false));

        for (size_t i = 0; i < guest->n_devices; i++)
                for (unsigned j = 0; j < guest->devices[i].n_bars && j < GUEST_BARS_MAX; j++)
                        if (!guest->devices[i].bars[j].is_64bit &&
                                        guest->devices[i].bars[j].size >= unit->size)
                                return;
        if (unit->bar >= 0 && unit->size < MIB)
                layout_add_bar(space, unit->device, unit->bar, at, sum_of(at, unit->size));
}

/* What lies in the 64-bit window; returns the bytes that go below 4 GiB. */
static uint64_t place_high(Space *space, const BarList *list, bool place, bool *ret_left) {
        const uint64_t end = sum_of(space->hole64_start, space->hole64_size);
        uint64_t at = space->hole64_start, low = 0;
        size_t n_low = 0;

        for (size_t i = 0; i < list->n; i++) {
                const BarUnit *unit = &list->units[i];
                const uint64_t start = round_up(at, unit->align),
                               bytes = product_of(unit->size, unit->count);

                if (space->hole64_size && sum_of(start, bytes) <= end) {
                        if (place)
                                bar_list_place(space, &(BarList){ .n = 1, .units = list->units + i }, start);
                        at = start + bytes;
                } else if (!unit->empty && unit->size <= LOW_BAR_MAX) {
                        if (place && n_low++ == 0)
                                place_low(space, unit);
                        low = sum_of(low, bytes);
                } else if (!unit->empty)
                        *ret_left = true;
        }
        return low;
}

static int place_linux(Space *space, bool place) {
        const PortShare share = { .bytes = LINUX_PORT_SHARE };
        _cleanup_(bar_list_done) BarList list = {};
        bool left = false, fits = false;
        uint64_t low;
        int r = bar_list_make(space, BARS_64, &share, &list);

        if (r < 0)
                return r;
        low = place_high(space, &list, false, &left);
        r = layout_fits_32(space, BARS_32, low, &fits);
        if (r < 0)
                return r;
        space->layout->bars_fit_64 = !left;
        space->layout->bars_fit_32 = fits;
        if (place && fits && !left)
                place_high(space, &list, true, &left);
        return 0;
}

/* ── both ──────────────────────────────────────────────────────────────────────────────────────────────── */

void place_arm64(Space *space) {
        const bool firmware = space->guest->firmware.kind == FIRMWARE_AAVMF;
        Layout *layout = space->layout;
        int r = 0;

        layout_add(space, LAYOUT_WINDOW64, space->hole64_start,
                        sum_of(space->hole64_start, space->hole64_size), "64-bit PCI window");
        snprintf(layout->rule, sizeof(layout->rule), "QEMU virt: after memory, at a multiple of its size");
        layout->firmware_bits = firmware ? layout->phys_bits : 0;
        if (firmware)
                r = place_firmware(space);
        if (r >= 0)
                r = place_linux(space, !firmware || layout->left == LEFT_SOME);
        if (r < 0)
                space->error = r;
}

/* 2020.11 leaves nothing for hot-plug, newer versions and Linux 2 MiB below 4 GiB. */
const Firmware firmware_aavmf = {
        .name = "AAVMF",
        .place = place_arm64,
        .port = port_need_asked,
};
