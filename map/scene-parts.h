/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a scene is put together from. All: 0 or -ENOMEM. */

#include "map/scene.h"

/* What AMD's CPUs keep for themselves below 1 TiB. */
#define MAP_HYPERTRANSPORT_START UINT64_C(0xfd00000000)
#define MAP_HYPERTRANSPORT_END UINT64_C(0xffffffffff)

/* One lane before it is drawn: for each kind where it lies. */
typedef struct LanePieces {
        RangeSet kinds[_MAP_KIND_MAX];
} LanePieces;

void lane_pieces_done(LanePieces *pieces);

/* Adds the bands of one lane. The pieces come out as what is seen of each kind. */
int lane_finish(Map *map, MapLane lane, LanePieces *pieces);

int lane_host(Map *map);
int lane_dma(Map *map);
int lane_guest(Map *map);

/* What the CPU, KVM, second-level paging, IOMMUs and the guest bound. */
int map_limits(Map *map);

int map_conflicts(Map *map);

/* Once everything else is there: the segments, and everything's rows. */
int map_scale(Map *map);
