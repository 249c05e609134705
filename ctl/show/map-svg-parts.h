/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Layout of the SVG, in pixels. */

#include <stdio.h>

#include "map/scene.h"

#define SVG_ROW 20
#define SVG_TEXT 12  /* font size */
#define SVG_TOP 104U /* of the picture */
#define SVG_AXIS 138U
#define SVG_LANE 184U
#define SVG_LANE_GAP 12U
#define SVG_GUTTER 300 /* for labels */
#define SVG_LEADER 30  /* between lanes and labels */
#define SVG_MARGIN 20

typedef struct SvgMap {
        FILE *file;
        const Map *map;
        unsigned lane_x[_MAP_LANE_MAX];
        unsigned right;  /* end of the lanes */
        unsigned bottom; /* total height */
} SvgMap;

/* y of the lower end of a row. */
static inline unsigned svg_y(const SvgMap *svg, unsigned row) {
        return SVG_TOP + SVG_ROW * (svg->map->rows - row);
}

static inline unsigned svg_width(const SvgMap *svg) {
        return svg->right + SVG_LEADER + SVG_GUTTER + SVG_MARGIN;
}

extern const char map_svg_style[];

/* Draws limits and conflicts: lines, and labels beside the lanes without overlap. The first call, without
 * file, only computes svg->bottom. */
void map_svg_labels(SvgMap *svg);
