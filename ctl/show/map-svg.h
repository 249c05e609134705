/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Draws the map as SVG, for light and dark pages. */

#include "ctl/command/options.h"
#include "map/scene.h"

/* Writes --svg's file, replaced as a whole, or standard output. Returns an exit status; prints the error. */
int map_svg_write(const char *path, const Map *map);
