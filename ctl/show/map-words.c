/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/map-words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/show/numbers.h"

#define GIB_BITS 30

char *map_address(uint64_t address, char *ret, size_t size) {
        uint64_t gib = address >> GIB_BITS, tib = gib >> 10;

        if (address == 0)
                snprintf(ret, size, "0");
        else if (address == UINT64_C(1) << 20)
                snprintf(ret, size, "1 MiB");
        else if (address & ((UINT64_C(1) << GIB_BITS) - 1))
                snprintf(ret, size, "0x%" PRIx64, address);
        else if (gib < 10000 && gib & 1023)
                snprintf(ret, size, "%" PRIu64 " GiB", gib);
        else if (gib & 1023)
                snprintf(ret, size, "0x%" PRIx64, address);
        else if (tib < 10000 && tib & 1023)
                snprintf(ret, size, "%" PRIu64 " TiB", tib);
        else
                number_bytes(address, ret, size);
        return ret;
}

/* At least two digits, all of the integer part: "1.9 GiB", "508 GiB". */
static void round_bytes(uint64_t bytes, char *ret, size_t size) {
        uint64_t one, rest, tenths;
        unsigned unit = 0;

        while (unit < 6 && bytes >> 10 * (unit + 1))
                unit++;
        one = UINT64_C(1) << 10 * unit;
        rest = bytes % one;
        tenths = bytes < 10 * one ? (10 * rest + one / 2) / one : rest < one / 2 ? 0 : 10;
        if (tenths > 0 && tenths < 10)
                number_bytes(bytes, ret, size);
        else if (tenths == 0)
                number_bytes(bytes - rest, ret, size);
        else if (bytes - rest > UINT64_MAX - one)
                snprintf(ret, size, "16 EiB");
        else
                number_bytes(bytes - rest + one, ret, size);
}

char *map_band_size(const MapBand *band, char *ret, size_t size) {
        *ret = 0;
        if (band->kind == MAP_BEYOND || band->end < UINT64_C(1) << 20)
                return ret;
        if (band->bytes == 0)
                snprintf(ret, size, "16 EiB");
        else
                round_bytes(band->bytes, ret, size);
        return ret;
}

char *map_limit_place(const MapLimit *limit, char *ret, size_t size) {
        char reach[NUMBER_TEXT_MAX];

        snprintf(ret, size, "2^%u = %s", limit->bits, number_reach(limit->bits, reach, sizeof(reach)));
        return ret;
}

static bool touches(const MapConflict *conflict, unsigned row, unsigned rows) {
        return conflict->row < row + rows && row < conflict->row + conflict->rows;
}

/* Middle of the overlap of a conflict and a band. */
static unsigned middle_of(const MapConflict *conflict, const MapBand *band) {
        unsigned first = conflict->row > band->row ? conflict->row : band->row;
        unsigned behind = conflict->row + conflict->rows;

        if (behind > band->row + band->rows)
                behind = band->row + band->rows;
        return first + (behind - first) / 2;
}

char *map_rules(const Map *map, const MapBand *band, unsigned row, char *ret, size_t size) {
        size_t n = 0;

        *ret = 0;
        for (size_t i = 0; band->lane == MAP_LANE_GUEST && i < map->n_conflicts; i++) {
                const MapConflict *conflict = &map->conflicts[i];
                const char *rule = rule_to_string(conflict->finding->rule);

                if (!touches(conflict, band->row, band->rows) || middle_of(conflict, band) != row ||
                                strstr(ret, rule) || n + strlen(rule) + 2 > size)
                        continue;
                n += (size_t) snprintf(ret + n, size - n, "%s%s", n > 0 ? " " : "", rule);
        }
        return ret;
}

Verdict map_verdict_at(const Map *map, unsigned row) {
        Verdict worst = VERDICT_SAFE;

        for (size_t i = 0; i < map->n_conflicts; i++)
                if (touches(&map->conflicts[i], row, 1) && map->conflicts[i].finding->verdict > worst)
                        worst = map->conflicts[i].finding->verdict;
        return worst;
}

static bool is_cut(const Map *map, MapLane lane, unsigned row) {
        for (size_t i = 0; i < map->n_limits; i++)
                if (map->limits[i].row == row)
                        return true;
        return lane == MAP_LANE_GUEST && map_verdict_at(map, row) != map_verdict_at(map, row - 1);
}

void map_label_rows(const Map *map, const MapBand *band, unsigned *ret_row, unsigned *ret_rows) {
        unsigned end = band->row + band->rows;

        *ret_row = band->row;
        *ret_rows = 0;
        for (unsigned row = band->row, next; *ret_rows < end - row; row = next) {
                for (next = row + 1; next < end && !is_cut(map, band->lane, next);)
                        next++;
                if (next - row > *ret_rows) {
                        *ret_row = row;
                        *ret_rows = next - row;
                }
        }
}
