/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "profile/guest/layout-parts.h"

#define LOW_END UINT64_C(0xC0000000)
#define LOW_WINDOW (640 * MIB)
#define TOP_KEPT_BACK (64 * KIB)
#define PLATFORM_AREA MIB

/* Hot-plug memory lies between RAM and the devices, which have everything up to the platform's own at the top. */
void layout_cloud_hypervisor(Space *space) {
        const Guest *guest = space->guest;
        const GuestMemory *memory = &guest->memory;
        uint64_t ecam = LOW_END + LOW_WINDOW, devices, hotplug_end;
        Layout *layout = space->layout;

        space->below_4g = min_of(memory->ram, LOW_END);
        space->above_start = 4 * GIB;
        space->above_size = memory->ram - space->below_4g;
        space->ram_end = sum_of(space->above_start, space->above_size);
        hotplug_end = memory->max > memory->ram ? sum_of(space->ram_end, memory->max - memory->ram)
                                                : space->ram_end;
        layout_add(space, LAYOUT_RAM, 0, space->below_4g, "RAM below 4 GiB");
        layout_add(space, LAYOUT_RAM, space->above_start, space->ram_end, "RAM above 4 GiB");
        layout_add(space, LAYOUT_HOTPLUG, space->ram_end, hotplug_end, "memory devices");
        space->window32_start = LOW_END;
        space->window32_end = ecam;
        layout_add(space, LAYOUT_WINDOW32, LOW_END, ecam, "Cloud Hypervisor 32-bit window");
        layout_add(space, LAYOUT_ECAM, ecam, ecam + ECAM_SIZE, "PCI Express configuration");
        space->hole64_start = hotplug_end;
        layout->top = hotplug_end - 1;
        if (!layout->phys_bits)
                return;
        devices = space_of(layout->phys_bits) - TOP_KEPT_BACK - PLATFORM_AREA;
        layout->starts = hotplug_end < devices;
        space->hole64_size = layout->starts ? devices - hotplug_end : 0;
        layout_add(space, LAYOUT_HOLE64, hotplug_end, devices, "Cloud Hypervisor device area");
        if (guest->firmware.kind == FIRMWARE_OVMF) {
                window_ovmf(space);
                return;
        }
        layout_add(space, LAYOUT_WINDOW64, hotplug_end, devices, "Cloud Hypervisor device area");
        if (layout_fits_32(space, BARS_32, 0, &layout->bars_fit_32) < 0)
                space->error = -ENOMEM;
        snprintf(layout->rule, sizeof(layout->rule),
                        "Cloud Hypervisor: from the end of RAM to the end of the width");
        /* The VMM places BARs itself, from the top down, among those of its own devices. */
        layout_unknown(space, guest->firmware.kind == FIRMWARE_UNKNOWN ? REASON_ABSENT : REASON_NONE,
                        "firmware");
}
