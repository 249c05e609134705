/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/map-svg.h"
int map_svg_write(const Options *options, const Map *map) { return 1; }
