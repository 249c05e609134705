/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "map/scene-parts.h"
#include "probe/cleanup.h"

#define ROWS_MAX 5
#define FLOOR_BITS 20 /* one row below 1 MiB */

/* Addresses where something begins, or just after it ends; 2^64 is the end, not an edge. */
typedef struct Edges {
        size_t n;
        uint64_t *items; /* owned */
} Edges;

static void edges_done(Edges *edges) {
        free(edges->items);
}

static void put(Edges *edges, const Map *map, uint64_t edge) {
        if (edge <= map_last(map))
                edges->items[edges->n++] = edge;
}

static void put_range(Edges *edges, const Map *map, uint64_t start, uint64_t end) {
        put(edges, map, start);
        if (end < UINT64_MAX)
                put(edges, map, end + 1);
}

static int compare(const void *p, const void *q) {
        const uint64_t *a = p, *b = q;

        return (*a > *b) - (*a < *b);
}

static int collect(const Map *map, Edges *ret) {
        size_t n = 0;

        ret->items = calloc(1 + 2 * map->n_bands + 2 * map->n_conflicts + map->n_limits, sizeof(uint64_t));
        if (!ret->items)
                return -ENOMEM;
        put(ret, map, 0);
        for (size_t i = 0; i < map->n_bands; i++)
                put_range(ret, map, map->bands[i].start, map->bands[i].end);
        for (size_t i = 0; i < map->n_conflicts; i++)
                put_range(ret, map, map->conflicts[i].start, map->conflicts[i].end);
        for (size_t i = 0; i < map->n_limits; i++)
                if (map->limits[i].bits < 64)
                        put(ret, map, UINT64_C(1) << map->limits[i].bits);
        qsort(ret->items, ret->n, sizeof(uint64_t), compare);
        for (size_t i = 0; i < ret->n; i++)
                if (i == 0 || ret->items[i] != ret->items[n - 1])
                        ret->items[n++] = ret->items[i];
        ret->n = n;
        return 0;
}

/* In quarters: 2^32 is 128, 5 GiB 129. */
static unsigned logarithm(uint64_t address) {
        unsigned bits;

        if (address >> FLOOR_BITS == 0)
                return 4 * FLOOR_BITS;
        bits = 63 - (unsigned) __builtin_clzll(address);
        return 4 * bits + (unsigned) (address >> (bits - 2) & 3);
}

/* One row, and one more for every two doublings. */
static unsigned rows_between(const Map *map, uint64_t start, uint64_t next) {
        unsigned upper = next ? logarithm(next) : 4 * map->bits;
        unsigned rows = 1 + (upper - logarithm(start)) / 8;

        return rows > ROWS_MAX ? ROWS_MAX : rows;
}

static unsigned row_of(const Map *map, uint64_t edge) {
        size_t low = 0, high = map->n_segments;

        while (low < high) {
                size_t middle = (low + high) / 2;

                if (map->segments[middle].start < edge)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low < map->n_segments ? map->segments[low].row : map->rows;
}

static unsigned row_behind(const Map *map, uint64_t end) {
        return end >= map_last(map) ? map->rows : row_of(map, end + 1);
}

static void place(Map *map) {
        for (size_t i = 0; i < map->n_bands; i++) {
                map->bands[i].row = row_of(map, map->bands[i].start);
                map->bands[i].rows = row_behind(map, map->bands[i].end) - map->bands[i].row;
        }
        for (size_t i = 0; i < map->n_conflicts; i++) {
                map->conflicts[i].row = row_of(map, map->conflicts[i].start);
                map->conflicts[i].rows = row_behind(map, map->conflicts[i].end) - map->conflicts[i].row;
        }
        for (size_t i = 0; i < map->n_limits; i++)
                map->limits[i].row = map->limits[i].bits >= map->bits
                                ? map->rows
                                : row_of(map, UINT64_C(1) << map->limits[i].bits);
}

int map_scale(Map *map) {
        _cleanup_(edges_done) Edges edges = {};
        int r;

        r = collect(map, &edges);
        if (r < 0)
                return r;
        map->segments = calloc(edges.n, sizeof(*map->segments));
        if (!map->segments)
                return -ENOMEM;
        for (size_t i = 0; i < edges.n; i++) {
                uint64_t next = i + 1 < edges.n ? edges.items[i + 1] : 0;
                unsigned rows = rows_between(map, edges.items[i], next);

                map->segments[map->n_segments++] =
                                (MapSegment){ .start = edges.items[i], .row = map->rows, .rows = rows };
                map->rows += rows;
        }
        place(map);
        return 0;
}
