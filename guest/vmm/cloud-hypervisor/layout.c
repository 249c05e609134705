/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "guest/firmware/bars.h"
#include "guest/layout/space.h"
#include "guest/vmm/cloud-hypervisor/cloud-hypervisor.h"
#include "probe/cleanup.h"

#define MAX_BITS 46 /* if max_phys_bits is not set */

/* The places below 4 GiB. */
typedef struct LowMap {
        uint64_t ram, ram_end, window, window_size, ecam;
} LowMap;

/* arch/src/x86_64/layout.rs; arch/src/aarch64/layout.rs since 23.0. */
static const LowMap low_maps[_ARCHITECTURE_MAX] = {
        [ARCHITECTURE_X86] = { 0, 0xC0000000, 0xC0000000, 640 * MIB, 0xC0000000 + 640 * MIB },
        [ARCHITECTURE_ARM64] = { GIB, 0xFC000000, 0x10000000, 512 * MIB, 0x30000000 },
};

static const LowMap *low_map(const Space *space) {
        return &low_maps[space->guest->architecture < _ARCHITECTURE_MAX ? space->guest->architecture : 0];
}

#define TOP_KEPT_BACK (64 * KIB)
#define PLATFORM_AREA MIB
#define HOTPLUG_ALIGN (128 * MIB)

/* ── width ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* From CPUID, on AMD processors only. */
static uint8_t less_encryption(Space *space, uint8_t bits) {
        const LayoutHost *host = space->host;

        if (host->vendor != CPU_VENDOR_AMD || !bits)
                return bits;
        if (host->sme == TRISTATE_UNKNOWN)
                layout_unknown(space, REASON_ABSENT, "whether the host supports memory encryption (SME)");
        return host->sme == TRISTATE_YES && host->sme_reduction < bits
                        ? (uint8_t) (bits - host->sme_reduction)
                        : bits;
}

void ch_width(Space *space) {
        const CloudHypervisorPolicy policy = policy_cloud_hypervisor(space->guest->vmm_version);
        uint8_t of_host = cpu_host_bits(space);

        if (policy.subtracts_sme)
                of_host = less_encryption(space, of_host);
        ch_width_below(space, of_host);
        if (policy.tells_mappable)
                space->layout->guest_phys_bits = space->layout->phys_bits;
}

void ch_width_below(Space *space, uint8_t of_host) {
        const uint8_t said = space->guest->cloud_hypervisor_max_bits, limit = said ? said : MAX_BITS;

        space->layout->phys_bits = of_host < limit ? of_host : limit;
        if (space->layout->phys_bits && !cpu_bits_plausible(space->layout->phys_bits)) {
                layout_unknown(space, REASON_MALFORMED, "cpus: max_phys_bits below 32");
                space->layout->phys_bits = 0;
        }
}

/* ── memory and devices ────────────────────────────────────────────────────────────────────────────────── */

/* Hot-plug memory starts after RAM, aligned to 128 MiB. */
static uint64_t add_memory(Space *space) {
        const GuestMemory *memory = &space->guest->memory;
        const LowMap *low = low_map(space);
        uint64_t hotplug, end;

        space->below_4g = min_of(memory->ram, low->ram_end - low->ram);
        space->above_start = 4 * GIB;
        space->above_size = memory->ram - space->below_4g;
        space->ram_end = sum_of(space->above_start, space->above_size);
        hotplug = end = space->ram_end;
        if (memory->max > memory->ram) {
                hotplug = round_up(space->ram_end, HOTPLUG_ALIGN);
                end = sum_of(hotplug, memory->max - memory->ram);
        }
        layout_add(space, LAYOUT_RAM, low->ram, low->ram + space->below_4g, "RAM below 4 GiB");
        layout_add(space, LAYOUT_RAM, space->above_start, space->ram_end, "RAM above 4 GiB");
        layout_add(space, LAYOUT_HOTPLUG, hotplug, end, "memory devices");
        return end;
}

static void add_places(Space *space, const VmmPlaces *places, bool bars) {
        char label[64];

        for (size_t i = 0; i < places->n; i++) {
                const VmmPlace *place = &places->places[i];

                if (place->bar >= 0 && bars)
                        layout_add_bar(space, place->device, place->bar, place->start, place->end + 1);
                else if (place->bar < 0) {
                        snprintf(label, sizeof(label), "persistent memory %d", place->device);
                        layout_add(space, LAYOUT_PMEM, place->start, place->end + 1, label);
                }
        }
}

/* The VMM places everything before the start. Only OVMF moves BARs later. */
static void place_devices(Space *space, uint64_t start, uint64_t end) {
        _cleanup_(vmm_places_done) VmmPlaces places = {};
        Layout *layout = space->layout;
        bool moved = layout->moved;
        int r = ch_place(space->guest, start, end, space->window32_start, space->window32_end, &places);

        if (r < 0) {
                space->error = r;
                return;
        }
        if (moved)
                firmware_ovmf.place(space);
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

void ch_layout(Space *space) {
        const LowMap *low = low_map(space);
        uint64_t devices, memory_end = add_memory(space);
        Layout *layout = space->layout;

        layout->vmm_places = true;
        layout->moved = space->guest->firmware.kind == FIRMWARE_OVMF &&
                        space->guest->architecture == ARCHITECTURE_X86;
        space->window32_start = low->window;
        space->window32_end = low->window + low->window_size;
        layout_add(space, LAYOUT_WINDOW32, space->window32_start, space->window32_end,
                        "Cloud Hypervisor 32-bit window");
        layout_add(space, LAYOUT_ECAM, low->ecam, low->ecam + ECAM_SIZE, "PCI Express configuration");
        space->hole64_start = memory_end;
        layout->top = memory_end - 1;
        if (!layout->phys_bits)
                return;
        devices = space_of(layout->phys_bits) - TOP_KEPT_BACK - PLATFORM_AREA;
        layout->starts = memory_end < devices;
        layout->beyond = !layout->starts && layout->top > space_of(layout->phys_bits) - 1;
        space->hole64_size = layout->starts ? devices - memory_end : 0;
        layout_add(space, LAYOUT_HOLE64, memory_end, devices, "Cloud Hypervisor device area");
        place_devices(space, memory_end, max_of(memory_end, devices));
        layout_unknown(space, space->guest->firmware.kind == FIRMWARE_UNKNOWN ? REASON_ABSENT : REASON_NONE,
                        "firmware");
}
