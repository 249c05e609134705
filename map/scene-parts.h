/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The parts of a scene. All return 0 or -ENOMEM. */

#include "map/scene.h"

/* AMD CPUs reserve this range below 1 TiB. */
#define MAP_HYPERTRANSPORT_START UINT64_C(0xfd00000000)
#define MAP_HYPERTRANSPORT_END UINT64_C(0xffffffffff)

/* One lane before it is drawn: the ranges of each kind. */
typedef struct LanePieces {
        RangeSet kinds[_MAP_KIND_MAX];
} LanePieces;

void lane_pieces_done(LanePieces *pieces);

/* Adds the bands of one lane. `pieces` then holds what is visible of each kind. */
int lane_finish(Map *map, MapLane lane, LanePieces *pieces);

int lane_host(Map *map);
int lane_dma(Map *map);
int lane_guest(Map *map);

/* Limits of the CPU, KVM, second-level paging, IOMMUs and the guest. */
int map_limits(Map *map);

int map_conflicts(Map *map);

/* Called last: adds the segments and all rows. */
int map_scale(Map *map);
