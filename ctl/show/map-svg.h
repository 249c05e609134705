/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The picture as SVG, for light and dark pages alike. */

#include "ctl/command/options.h"
#include "map/scene.h"

/* To --svg's file, replaced as a whole, or standard output. The exit status; why it failed is on standard error. */
int map_svg_write(const char *path, const Map *map);
