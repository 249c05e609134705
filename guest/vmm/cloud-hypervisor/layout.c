/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "guest/layout/space.h"
#include "guest/vmm/cloud-hypervisor/place.h"
#include "probe/cleanup.h"

#define LOW_END UINT64_C(0xC0000000)
#define LOW_WINDOW (640 * MIB)
#define TOP_KEPT_BACK (64 * KIB)
#define PLATFORM_AREA MIB
#define HOTPLUG_ALIGN (128 * MIB)

/* Hot-plug memory lies behind RAM, from the next 128 MiB on. */
static uint64_t add_memory(Space *space) {
        const GuestMemory *memory = &space->guest->memory;
        uint64_t hotplug, end;

        space->below_4g = min_of(memory->ram, LOW_END);
        space->above_start = 4 * GIB;
        space->above_size = memory->ram - space->below_4g;
        space->ram_end = sum_of(space->above_start, space->above_size);
        hotplug = end = space->ram_end;
        if (memory->max > memory->ram) {
                hotplug = round_up(space->ram_end, HOTPLUG_ALIGN);
                end = sum_of(hotplug, memory->max - memory->ram);
        }
        layout_add(space, LAYOUT_RAM, 0, space->below_4g, "RAM below 4 GiB");
        layout_add(space, LAYOUT_RAM, space->above_start, space->ram_end, "RAM above 4 GiB");
        layout_add(space, LAYOUT_HOTPLUG, hotplug, end, "memory devices");
        return end;
}

static void add_places(Space *space, const ChPlaces *places, bool bars) {
        char label[64];

        for (size_t i = 0; i < places->n; i++) {
                const ChPlace *place = &places->places[i];

                if (place->bar >= 0 && bars)
                        layout_add_bar(space, place->device, place->bar, place->start, place->end + 1);
                else if (place->bar < 0) {
                        snprintf(label, sizeof(label), "persistent memory %d", place->device);
                        layout_add(space, LAYOUT_PMEM, place->start, place->end + 1, label);
                }
        }
}

/* The VMM places everything itself before it starts anything. Of firmware only OVMF moves BARs afterwards. */
static void place_devices(Space *space, uint64_t start, uint64_t end) {
        bool moved = space->guest->firmware.kind == FIRMWARE_OVMF;
        _cleanup_(ch_places_done) ChPlaces places = {};
        Layout *layout = space->layout;
        int r = ch_place(space->guest, start, end, space->window32_start, space->window32_end, &places);

        if (r < 0) {
                space->error = r;
                return;
        }
        if (moved)
                window_ovmf(space);
        else {
                layout_add(space, LAYOUT_WINDOW64, start, end, "Cloud Hypervisor device area");
                snprintf(layout->rule, sizeof(layout->rule),
                                "Cloud Hypervisor: from the top of the width down to memory");
        }
        add_places(space, &places, !moved);
        layout->bars_fit_64 = layout->bars_fit_64 && places.fit_64;
        layout->bars_fit_32 = layout->bars_fit_32 && places.fit_32;
        layout->full = (unsigned) (places.full + 1);
        layout->full_size = places.full_size;
}

void layout_cloud_hypervisor(Space *space) {
        uint64_t ecam = LOW_END + LOW_WINDOW, devices, memory_end = add_memory(space);
        Layout *layout = space->layout;

        space->window32_start = LOW_END;
        space->window32_end = ecam;
        layout_add(space, LAYOUT_WINDOW32, LOW_END, ecam, "Cloud Hypervisor 32-bit window");
        layout_add(space, LAYOUT_ECAM, ecam, ecam + ECAM_SIZE, "PCI Express configuration");
        space->hole64_start = memory_end;
        layout->top = memory_end - 1;
        if (!layout->phys_bits)
                return;
        devices = space_of(layout->phys_bits) - TOP_KEPT_BACK - PLATFORM_AREA;
        layout->starts = memory_end < devices;
        space->hole64_size = layout->starts ? devices - memory_end : 0;
        layout_add(space, LAYOUT_HOLE64, memory_end, devices, "Cloud Hypervisor device area");
        place_devices(space, memory_end, max_of(memory_end, devices));
        layout_unknown(space, space->guest->firmware.kind == FIRMWARE_UNKNOWN ? REASON_ABSENT : REASON_NONE,
                        "firmware");
}
