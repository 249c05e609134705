/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map/scene-parts.h"
#include "probe/cleanup.h"
#include "probe/grow.h"

#define LANE_BANDS_MAX 12
#define FIRST_MIB (UINT64_C(1) << 20)

typedef struct Bands {
        size_t n;
        MapBand *items; /* owned */
} Bands;

static void bands_done(Bands *bands) {
        free(bands->items);
}

void lane_pieces_done(LanePieces *pieces) {
        for (MapKind kind = 0; kind < _MAP_KIND_MAX; kind++)
                range_set_done(&pieces->kinds[kind]);
}

/* Leaves what later kinds do not hide. */
static int uncover(LanePieces *pieces) {
        _cleanup_(range_set_done) RangeSet above = {};
        int r;

        for (MapKind kind = _MAP_KIND_MAX; kind-- > 0;) {
                RangeSet *set = &pieces->kinds[kind];

                range_set_normalise(set);
                r = range_set_subtract(set, &above);
                if (r < 0)
                        return r;
                for (size_t i = 0; i < set->n; i++) {
                        r = range_set_add(&above, set->ranges[i].start, set->ranges[i].end);
                        if (r < 0)
                                return r;
                }
                range_set_normalise(&above);
        }
        return 0;
}

static int by_start(const void *p, const void *q) {
        const MapBand *a = p, *b = q;

        return (a->start > b->start) - (a->start < b->start);
}

static int collect(const LanePieces *pieces, MapLane lane, Bands *ret) {
        size_t n = 0;

        for (MapKind kind = 0; kind < _MAP_KIND_MAX; kind++)
                n += pieces->kinds[kind].n;
        ret->items = calloc(n + 1, sizeof(MapBand));
        if (!ret->items)
                return -ENOMEM;
        for (MapKind kind = 0; kind < _MAP_KIND_MAX; kind++)
                for (size_t i = 0; i < pieces->kinds[kind].n; i++) {
                        const Range *range = &pieces->kinds[kind].ranges[i];

                        ret->items[ret->n++] = (MapBand){
                                .lane = lane,
                                .kind = kind,
                                .start = range->start,
                                .end = range->end,
                                .bytes = range->end - range->start + 1,
                                .parts = 1,
                        };
                }
        qsort(ret->items, n, sizeof(MapBand), by_start);
        return 0;
}

/* Whether a small band between two of one kind may be merged into them; never a hole in usable space. */
static bool absorbs(MapKind around, MapKind between, bool all) {
        switch (around) {
        case MAP_USABLE:
                return false;
        case MAP_RAM:
                return between == MAP_FIRMWARE || all;
        case MAP_FIRMWARE:
                return between == MAP_RAM || between == MAP_PCI || all;
        case MAP_DIRECT:
        case MAP_RELAXABLE:
        case MAP_RESERVED:
                return between == MAP_USABLE || all;
        case MAP_BAR:
                return between == MAP_WINDOW || all;
        default:
                return all;
        }
}

/* Whether the range is too small to be visible. Coarser at each level. */
static bool is_sliver(uint64_t below, uint64_t above, unsigned level) {
        uint64_t gap = above - below - 1;

        return gap == 0 || gap < (below >> 5 << level);
}

/* The band in `kept` that this one continues; else n. */
static size_t continued(const MapBand *kept, size_t n, const MapBand *band, unsigned level, bool all) {
        for (size_t i = n; i-- > 0;) {
                if (!is_sliver(kept[i].end, band->start, level))
                        return n;
                if (kept[i].kind == band->kind)
                        return i;
                if (!absorbs(band->kind, kept[i].kind, all))
                        return n;
        }
        return n;
}

static void merge(Bands *bands, unsigned level, bool all) {
        size_t n = 0;

        for (size_t i = 0; i < bands->n; i++) {
                size_t k = continued(bands->items, n, &bands->items[i], level, all);

                if (k == n) {
                        bands->items[n++] = bands->items[i];
                        continue;
                }
                bands->items[k].end = bands->items[i].end;
                bands->items[k].bytes += bands->items[i].bytes;
                bands->items[k].parts += bands->items[i].parts;
                n = k + 1;
        }
        bands->n = n;
}

static const char *const labels[_MAP_KIND_MAX] = {
        [MAP_BEYOND] = "above limit",
        [MAP_HOLE] = "64-bit hole",
        [MAP_USABLE] = "reachable",
        [MAP_WINDOW] = "BAR window",
        [MAP_RAM] = "RAM",
        [MAP_SPECIAL] = "special memory",
        [MAP_HOTPLUG] = "hot-plug RAM",
        [MAP_SGX] = "SGX memory",
        [MAP_CXL] = "CXL memory",
        [MAP_PCI] = "PCI BARs",
        [MAP_PCI_WINDOW] = "PCI window",
        [MAP_FIRMWARE] = "firmware",
        [MAP_RELAXABLE] = "1:1, may move",
        [MAP_RESERVED] = "reserved",
        [MAP_HYPERTRANSPORT] = "AMD HT hole",
        [MAP_DIRECT] = "mapped 1:1",
        [MAP_ECAM] = "PCI config",
        [MAP_BAR] = "BAR",
        [MAP_MSI] = "interrupts",
};

static void put_label(MapBand *band) {
        if (band->kind == MAP_FIRMWARE && band->end < FIRST_MIB)
                snprintf(band->label, sizeof(band->label), "first MiB");
        else if (band->kind == MAP_RESERVED && band->lane == MAP_LANE_HOST)
                snprintf(band->label, sizeof(band->label), "devices");
        else if (band->kind == MAP_BAR && band->parts > 1)
                snprintf(band->label, sizeof(band->label), "%zu BARs", band->parts);
        else
                snprintf(band->label, sizeof(band->label), "%s", labels[band->kind]);
}

int lane_finish(Map *map, MapLane lane, LanePieces *pieces) {
        _cleanup_(bands_done) Bands bands = {};
        MapBand *items;
        int r;

        r = uncover(pieces);
        if (r >= 0)
                r = collect(pieces, lane, &bands);
        if (r < 0)
                return r;
        merge(&bands, 0, false);
        for (unsigned level = 1; bands.n > LANE_BANDS_MAX && level <= 5; level++)
                merge(&bands, level, level > 3);
        map->lanes[lane] = true;
        if (bands.n == 0)
                return 0;
        items = reallocarray(map->bands, map->n_bands + bands.n, sizeof(*items));
        if (!items)
                return -ENOMEM;
        map->bands = items;
        for (size_t i = 0; i < bands.n; i++) {
                put_label(&bands.items[i]);
                items[map->n_bands++] = bands.items[i];
        }
        return 0;
}
