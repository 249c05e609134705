/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The host's address space as a picture: lanes of bands, limits across them, a scale. Everything that stands where is
 * decided here, once; whoever draws it only turns rows into lines or pixels. Pure.
 *
 * Addresses grow with the rows. The scale is piecewise: between two addresses at which something begins or ends it gives a
 * row at least, so that a label fits, and more the more often the address doubles. */

#include "guest/rules/check.h"
#include "profile/profile.h"

typedef enum MapLane {
        MAP_LANE_HOST = 0, /* what the host has there */
        MAP_LANE_DMA,      /* what devices reach */
        MAP_LANE_GUEST,
        _MAP_LANE_MAX,
} MapLane;

WORDS_DECLARE(MapLane, map_lane);

/* Where two meet in a lane, the later one of these is what is seen. */
typedef enum MapKind {
        MAP_BEYOND = 0, /* no device reaches it */
        MAP_HOLE,       /* what the VMM keeps for 64-bit BARs */
        MAP_USABLE,     /* devices reach it */
        MAP_WINDOW,     /* where the guest's firmware places BARs */
        MAP_RAM,
        MAP_SPECIAL, /* persistent, or kept for one use */
        MAP_HOTPLUG,
        MAP_SGX,
        MAP_CXL,
        MAP_PCI,        /* BARs of the host's devices, */
        MAP_PCI_WINDOW, /* and what its bridges pass on */
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
        uint64_t bytes; /* of that kind; less than the range when small others are drawn with it. 0: 2^64 */
        size_t parts;   /* how many ranges are drawn as this one */
        unsigned row, rows;
        char label[48];
} MapBand;

typedef struct MapLimit {
        unsigned bits; /* it is at 2^bits */
        unsigned row;
        bool guest, iommu;
        char label[192]; /* whose: "CPU, EPT" */
} MapLimit;

typedef struct MapConflict {
        uint64_t start, end; /* inclusive */
        unsigned row, rows;
        const CheckFinding *finding; /* the check's */
} MapConflict;

/* Between two addresses at which something begins or ends. */
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
        bool lanes[_MAP_LANE_MAX];     /* which are there */
        char notes[_MAP_LANE_MAX][96]; /* why a lane is empty */
        char unknown[320];             /* limits that are not drawn, and why */
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

/* guest and check: both or neither. All three have to outlive the map. -ENOMEM only. */
int map_make(const Profile *profile, const Guest *guest, const Check *check, Map *ret);

/* Above its column. */
const char *map_lane_title(MapLane lane);

/* The highest address of the picture. */
static inline uint64_t map_last(const Map *map) {
        return map->bits >= 64 ? UINT64_MAX : (UINT64_C(1) << map->bits) - 1;
}

struct json_t *map_json(const Map *map);
