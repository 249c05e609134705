/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The guest's memory, windows and BARs, and what does not fit the host. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "map/scene-parts.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

static const MapKind kinds[_LAYOUT_KIND_MAX] = {
        [LAYOUT_RAM] = MAP_RAM,
        [LAYOUT_HOTPLUG] = MAP_HOTPLUG,
        [LAYOUT_SGX] = MAP_SGX,
        [LAYOUT_CXL] = MAP_CXL,
        [LAYOUT_HOLE64] = MAP_HOLE,
        [LAYOUT_WINDOW64] = MAP_WINDOW,
        [LAYOUT_WINDOW32] = MAP_WINDOW,
        [LAYOUT_BAR] = MAP_BAR,
        [LAYOUT_ECAM] = MAP_ECAM,
        [LAYOUT_MSI] = MAP_MSI,
        [LAYOUT_RESERVED] = MAP_RESERVED,
        [LAYOUT_PMEM] = MAP_BAR,
        [LAYOUT_REDIST] = MAP_RESERVED,
        [LAYOUT_DEVICES] = MAP_RESERVED,
        [LAYOUT_RDM] = MAP_RESERVED,
};

static MapKind kind_of(const LayoutRange *range) {
        return range->kind == LAYOUT_RESERVED && range->start == MAP_HYPERTRANSPORT_START
                        ? MAP_HYPERTRANSPORT
                        : kinds[range->kind];
}

static bool is_drawn(const Layout *layout, const LayoutRange *range) {
        if (range->kind != LAYOUT_HOLE64)
                return true;
        /* Firmware places BARs itself; the VMM's hole matters only if it stops the start. */
        for (size_t i = 0; layout->starts && i < layout->n; i++)
                if (layout->ranges[i].kind == LAYOUT_WINDOW64)
                        return false;
        return true;
}

/* "BAR of gpu0", or a number. */
static void name_bars(const Layout *layout, const Guest *guest, MapBand *band) {
        const LayoutRange *first = NULL;
        char label[sizeof(band->label)];
        size_t n = 0;

        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];

                if (range->kind != LAYOUT_BAR || range->start < band->start || range->end > band->end)
                        continue;
                if (n++ == 0)
                        first = range;
        }
        if (n == 1 && first->device >= 0) {
                snprintf(label, sizeof(label), "%.40s BAR", guest->devices[first->device].name);
                text_shown(label, band->label, sizeof(band->label));
        } else if (n > 0)
                snprintf(band->label, sizeof(band->label), "%zu BARs", n);
}

int lane_guest(Map *map) {
        _cleanup_(lane_pieces_done) LanePieces pieces = {};
        const Layout *layout = &map->check->layout;
        int r = 0;

        if (layout->n == 0)
                snprintf(map->notes[MAP_LANE_GUEST], sizeof(map->notes[0]), "unknown: %.80s",
                                layout->missing);
        for (size_t i = 0; i < layout->n && r >= 0; i++) {
                const LayoutRange *range = &layout->ranges[i];

                if (is_drawn(layout, range))
                        r = range_set_add(&pieces.kinds[kind_of(range)], range->start, range->end);
        }
        if (r >= 0)
                r = lane_finish(map, MAP_LANE_GUEST, &pieces);
        for (size_t i = 0; i < map->n_bands && r >= 0; i++)
                if (map->bands[i].lane == MAP_LANE_GUEST && map->bands[i].kind == MAP_BAR)
                        name_bars(layout, map->guest, &map->bands[i]);
        return r;
}

static int by_start(const void *p, const void *q) {
        const MapConflict *a = p, *b = q;

        return (a->start > b->start) - (a->start < b->start);
}

int map_conflicts(Map *map) {
        for (size_t i = 0; i < map->check->n; i++) {
                const CheckFinding *finding = &map->check->findings[i];
                uint64_t end = finding->end < map_last(map) ? finding->end : map_last(map);
                MapConflict *conflicts;

                if (finding->verdict == VERDICT_SAFE || finding->end == 0 || finding->start > end)
                        continue;
                conflicts = grow(map->conflicts, map->n_conflicts, sizeof(*conflicts));
                if (!conflicts)
                        return -ENOMEM;
                map->conflicts = conflicts;
                conflicts[map->n_conflicts++] =
                                (MapConflict){ .start = finding->start, .end = end, .finding = finding };
        }
        if (map->n_conflicts > 1)
                qsort(map->conflicts, map->n_conflicts, sizeof(*map->conflicts), by_start);
        return 0;
}
