/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The host's memory in the firmware's map, its devices' BARs, and what devices can reach. */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "map/scene-parts.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"

#define LEGACY_END UINT64_C(0xfffff)
/* x86: writes there are interrupts (SDM volume 3, chapter 11; AMD IOMMU specification, special addresses). */
#define X86_MSI_START UINT64_C(0xfee00000)
#define X86_MSI_END UINT64_C(0xfeefffff)

/* The kernel's map has devices, which the firmware's lacks; only arm64 hosts never have the latter. */
static MapKind kind_of_memory(IomemKind kind, bool arm64) {
        switch (kind) {
        case IOMEM_SYSTEM_RAM:
                return MAP_RAM;
        case IOMEM_PERSISTENT:
        case IOMEM_SOFT_RESERVED:
                return MAP_SPECIAL;
        case IOMEM_PCI_WINDOW:
                return MAP_PCI_WINDOW;
        case IOMEM_PCI_ECAM:
                return MAP_ECAM;
        case IOMEM_OTHER:
                return arm64 ? MAP_RESERVED : MAP_FIRMWARE;
        default:
                return MAP_FIRMWARE;
        }
}

static int add_memory(const Profile *profile, LanePieces *pieces) {
        const ProfileMemory *memory = &profile->memory;
        bool arm64 = profile_is_arm64(profile);
        int r = 0;

        for (size_t i = 0; i < memory->n_ranges && r >= 0; i++)
                r = range_set_add(&pieces->kinds[kind_of_memory(memory->ranges[i].kind, arm64)],
                                memory->ranges[i].start, memory->ranges[i].end);
        for (size_t i = 0; i < memory->hot_added.n && r >= 0; i++)
                r = range_set_add(&pieces->kinds[MAP_RAM], memory->hot_added.ranges[i].start,
                                memory->hot_added.ranges[i].end);
        /* Legacy ranges that every PC has. */
        if (r >= 0 && !arm64 && memory->n_ranges > 0 && memory->ranges[0].start <= LEGACY_END)
                r = range_set_add(&pieces->kinds[MAP_FIRMWARE], 0, LEGACY_END);
        return r;
}

static int add_bars(const Profile *profile, LanePieces *pieces) {
        int r = 0;

        for (size_t i = 0; i < profile->n_devices; i++)
                for (unsigned j = 0; j < profile->devices[i].n_bars && r >= 0; j++) {
                        const ProfileBar *bar = &profile->devices[i].bars[j];

                        if (bar->assigned && !bar->io && bar->end > bar->start)
                                r = range_set_add(&pieces->kinds[MAP_PCI], bar->start, bar->end);
                }
        return r;
}

/* dom0 sees its own memory; of the host's, Xen says where it ends. */
static void note_xen(Map *map) {
        const Fact *top = &map->profile->memory.ram_top;
        char *note = map->notes[MAP_LANE_HOST];

        if (fact_known(top))
                snprintf(note, sizeof(map->notes[0]),
                                "RAM is Xen's and not drawn; it ends at or below 0x%" PRIx64, top->value);
        else
                snprintf(note, sizeof(map->notes[0]), "RAM is Xen's and not drawn; its end is unknown (%s)",
                                reason_to_string(top->reason));
}

int lane_host(Map *map) {
        _cleanup_(lane_pieces_done) LanePieces pieces = {};
        const ProfileMemory *memory = &map->profile->memory;
        int r;

        if (map->profile->xen.role == XEN_ROLE_CONTROL)
                note_xen(map);
        else if (memory->n_ranges == 0)
                snprintf(map->notes[MAP_LANE_HOST], sizeof(map->notes[0]), "unknown (%s)",
                                memory->ranges_reason == REASON_NONE
                                                ? "empty"
                                                : reason_to_string(memory->ranges_reason));
        r = add_memory(map->profile, &pieces);
        if (r >= 0)
                r = add_bars(map->profile, &pieces);
        return r < 0 ? r : lane_finish(map, MAP_LANE_HOST, &pieces);
}

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

static MapKind kind_of_region(const ReservedRegion *region) {
        switch (region->type) {
        case RESERVED_MSI:
                return MAP_MSI;
        case RESERVED_DIRECT:
                return MAP_DIRECT;
        case RESERVED_DIRECT_RELAXABLE:
                return MAP_RELAXABLE;
        default:
                return region->start == MAP_HYPERTRANSPORT_START && region->end == MAP_HYPERTRANSPORT_END
                                ? MAP_HYPERTRANSPORT
                                : MAP_RESERVED;
        }
}

/* Xen maps what a guest has, wherever the tables of the unit reach. Where the platform takes writes for interrupts,
 * and AMD's IOMMUs map nothing, is hardware's; no group of the kernel says it there. */
static int add_xen(const Profile *profile, LanePieces *pieces) {
        const Fact *bits = &profile->widths.iova_bits;
        int r = 0;

        for (size_t i = 0; i < profile->xen.n_reserved && r >= 0; i++)
                r = range_set_add(&pieces->kinds[MAP_DIRECT], profile->xen.reserved[i].start,
                                profile->xen.reserved[i].end);
        if (r < 0 || profile->xen.role != XEN_ROLE_CONTROL || !fact_known(bits) || bits->value == 0)
                return r;
        r = range_set_add(&pieces->kinds[MAP_USABLE], 0,
                        bits->value >= 64 ? UINT64_MAX : (UINT64_C(1) << bits->value) - 1);
        if (r >= 0)
                r = range_set_add(&pieces->kinds[MAP_MSI], X86_MSI_START, X86_MSI_END);
        if (r >= 0 && bits->value >= 40 &&
                        (profile->host.vendor == CPU_VENDOR_AMD || profile->host.vendor == CPU_VENDOR_HYGON))
                r = range_set_add(&pieces->kinds[MAP_HYPERTRANSPORT], MAP_HYPERTRANSPORT_START,
                                MAP_HYPERTRANSPORT_END);
        return r;
}

int lane_dma(Map *map) {
        _cleanup_(lane_pieces_done) LanePieces pieces = {};
        const Profile *profile = map->profile;
        const Fact *bits = &profile->widths.iova_bits;
        int r = 0;

        if (!fact_known(bits))
                snprintf(map->notes[MAP_LANE_DMA], sizeof(map->notes[0]), "unknown (%s)",
                                profile->n_iommus == 0 && profile->iommus_reason == REASON_NONE
                                                ? "no IOMMU in use"
                                                : reason_to_string(bits->reason));
        for (size_t i = 0; i < profile->regions.n && r >= 0; i++) {
                const ReservedRegion *region = &profile->regions.regions[i].region;

                r = range_set_add(&pieces.kinds[kind_of_region(region)], region->start, region->end);
        }
        for (size_t i = 0; i < profile->usable_iova.n && r >= 0; i++)
                r = range_set_add(&pieces.kinds[MAP_USABLE], profile->usable_iova.ranges[i].start,
                                profile->usable_iova.ranges[i].end);
        if (r >= 0)
                r = add_xen(profile, &pieces);
        if (r >= 0 && fact_known(bits) && bits->value < map->bits)
                r = range_set_add(&pieces.kinds[MAP_BEYOND], UINT64_C(1) << bits->value, map_last(map));
        return r < 0 ? r : lane_finish(map, MAP_LANE_DMA, &pieces);
}
