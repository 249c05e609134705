/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Draws the map in a terminal: high addresses on top, as wide as the screen, one line per row. */

#include "ctl/show/screen.h"
#include "map/scene.h"

#define MAP_TEXT_WIDTH_MIN 60

/* ASCII without screen->utf8. */
void map_text_print(const Screen *screen, const Map *map);
