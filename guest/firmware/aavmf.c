/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ArmVirtQemu takes the windows as QEMU describes them, whatever its version: 64-bit BARs from the start of
 * the 64-bit window, largest first (ArmVirtPkg/Library/FdtPciHostBridgeLib, MdeModulePkg PciBusDxe; seen with
 * 2020.11, 2022.11, 2025.02 and 2026.08). */

#include <stdio.h>

#include "guest/firmware/bars.h"
#include "guest/machine.h"
#include "probe/cleanup.h"

#define HOTPLUG_SINCE 202211 /* leaves 2 MiB below 4 GiB behind a hot-plug port */

static void place(Space *space) {
        const uint64_t start = space->hole64_start, end = sum_of(start, space->hole64_size);
        _cleanup_(bar_list_done) BarList list = {};
        Layout *layout = space->layout;
        bool fits = true;
        int r;

        layout_add(space, LAYOUT_WINDOW64, start, end, "64-bit PCI window");
        snprintf(layout->rule, sizeof(layout->rule), "QEMU virt: after memory, at a multiple of its size");
        layout->firmware_bits = layout->phys_bits;
        r = bar_list_make(space, BARS_64, NULL, &list);
        if (r >= 0)
                r = layout_fits_32(space, space->hole64_size ? BARS_32 : BARS_ALL, 0, &fits);
        if (r < 0) {
                space->error = r;
                return;
        }
        layout->bars_fit_32 = fits;
        layout->bars_fit_64 = !list.n_placed || (space->hole64_size && sum_of(start, list.sum) <= end);
        if (layout->bars_fit_64)
                bar_list_place(space, &list, start);
}

static PortNeed port(const GuestPort *port, bool shown, uint64_t share) {
        return port_need_asked(port, shown, share);
}

const Firmware firmware_aavmf = {
        .name = "AAVMF",
        .place = place,
        .port = port,
};
