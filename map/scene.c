/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "map/scene.h"

#include <stdlib.h>

#include "map/scene-parts.h"

#define BITS_MIN 33 /* 4 GiB and something above it */

void map_done(Map *map) {
        free(map->bands);
        free(map->limits);
        free(map->conflicts);
        free(map->segments);
        *map = (Map){};
}

static unsigned bits_of(uint64_t address) {
        return address ? 64 - (unsigned) __builtin_clzll(address) : 0;
}

static void raise(unsigned *bits, unsigned to) {
        if (*bits < to)
                *bits = to;
}

/* Covers every limit and everything shown. */
static unsigned bits_needed(const Map *map) {
        const ProfileMemory *memory = &map->profile->memory;
        unsigned bits = BITS_MIN;

        for (size_t i = 0; i < map->n_limits; i++)
                raise(&bits, map->limits[i].bits);
        for (size_t i = 0; i < memory->n_ranges; i++)
                raise(&bits, bits_of(memory->ranges[i].end));
        for (size_t i = 0; i < memory->hot_added.n; i++)
                raise(&bits, bits_of(memory->hot_added.ranges[i].end));
        for (size_t i = 0; i < map->profile->regions.n; i++)
                raise(&bits, bits_of(map->profile->regions.regions[i].region.end));
        for (size_t i = 0; i < map->profile->usable_iova.n; i++)
                raise(&bits, bits_of(map->profile->usable_iova.ranges[i].end));
        for (size_t i = 0; i < map->profile->n_devices; i++)
                for (unsigned j = 0; j < map->profile->devices[i].n_bars; j++)
                        if (map->profile->devices[i].bars[j].assigned &&
                                        !map->profile->devices[i].bars[j].io)
                                raise(&bits, bits_of(map->profile->devices[i].bars[j].end));
        for (size_t i = 0; map->check && i < map->check->layout.n; i++)
                raise(&bits, bits_of(map->check->layout.ranges[i].end));
        return bits;
}

int map_make(const Profile *profile, const Guest *guest, const Check *check, Map *ret) {
        Map map = { .profile = profile, .guest = guest, .check = check };
        int r;

        r = map_limits(&map);
        if (r >= 0) {
                map.bits = bits_needed(&map);
                r = lane_host(&map);
        }
        if (r >= 0)
                r = lane_dma(&map);
        if (r >= 0 && check)
                r = lane_guest(&map);
        if (r >= 0 && check)
                r = map_conflicts(&map);
        if (r >= 0)
                r = map_scale(&map);
        if (r < 0) {
                map_done(&map);
                return r;
        }
        *ret = map;
        return 0;
}
