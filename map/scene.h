/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The host's address space as a picture: lanes of bands, limits across them, a scale. All positions are
 * decided here; drawing code only converts rows to lines or pixels. Pure.
 *
 * Addresses grow with the rows. The scale is piecewise: the space between two neighbouring edges gets at
 * least one row, so that a label fits, and more rows the more often the address doubles. */

#include "guest/rules/check.h"
#include "profile/profile.h"

typedef enum MapLane {
        MAP_LANE_HOST = 0, /* what the host has */
        MAP_LANE_DMA,      /* device reach */
        MAP_LANE_GUEST,
        _MAP_LANE_MAX,
} MapLane;

WORDS_DECLARE(MapLane, map_lane);

/* If two overlap in a lane, the later one in this list is visible. */
typedef enum MapKind {
        MAP_BEYOND = 0, /* out of reach */
        MAP_HOLE,       /* the VMM's hole for 64-bit BARs */
        MAP_USABLE,     /* devices can reach */
        MAP_WINDOW,     /* firmware's window for BARs */
        MAP_RAM,
        MAP_SPECIAL, /* persistent, or for one purpose */
        MAP_HOTPLUG,
        MAP_SGX,
        MAP_CXL,
        MAP_PCI,        /* BARs of host devices */
        MAP_PCI_WINDOW, /* windows of bridges */
        MAP_FIRMWARE,   /* firmware and chipset */
        MAP_RELAXABLE,  /* reserved regions, by type */
        MAP_RESERVED,
        MAP_HYPERTRANSPORT,
        MAP_DIRECT,
        MAP_ECAM,
        MAP_BAR, /* of a guest's device */
        MAP_MSI,
        _MAP_KIND_MAX,
} MapKind;

WORDS_DECLARE(MapKind, map_kind);

typedef struct MapBand {
        MapLane lane;
        MapKind kind;
        uint64_t start, end; /* inclusive */
        uint64_t bytes;      /* of that kind; less than the range if small others are merged. 0: 2^64 */
        size_t parts;        /* number of ranges drawn as this one */
        unsigned row, rows;
        char label[48];
} MapBand;

typedef struct MapLimit {
        unsigned bits; /* limit at 2^bits */
        unsigned row;
        bool guest, iommu;
        char label[192]; /* e.g. "CPU, EPT" */
} MapLimit;

typedef struct MapConflict {
        uint64_t start, end; /* inclusive */
        unsigned row, rows;
        const CheckFinding *finding; /* the check's */
} MapConflict;

/* Between two edges. */
typedef struct MapSegment {
        uint64_t start;
        unsigned row, rows;
} MapSegment;

typedef struct Map {
        const Profile *profile;
        const Guest *guest; /* NULL: none */
        const Check *check;
        unsigned bits; /* the picture ends at 2^bits */
        unsigned rows;
        bool lanes[_MAP_LANE_MAX];     /* present lanes */
        char notes[_MAP_LANE_MAX][96]; /* why a lane is empty or incomplete */
        char unknown[320];             /* limits not drawn, and why */
        size_t n_bands;
        MapBand *bands; /* by lane, then by start */
        size_t n_limits;
        MapLimit *limits; /* by bits */
        size_t n_conflicts;
        MapConflict *conflicts; /* by start */
        size_t n_segments;
        MapSegment *segments;
} Map;

void map_done(Map *map);

/* guest and check: both or neither. All three must outlive the map. -ENOMEM only. */
int map_make(const Profile *profile, const Guest *guest, const Check *check, Map *ret);

/* Column title. */
const char *map_lane_title(MapLane lane);

/* The highest address of the picture. */
static inline uint64_t map_last(const Map *map) {
        return map->bits >= 64 ? UINT64_MAX : (UINT64_C(1) << map->bits) - 1;
}

struct json_t *map_json(const Map *map);
