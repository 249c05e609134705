/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The picture in a terminal: high addresses on top, as wide as the screen, a line for each row of the scene. */

#include "ctl/show/screen.h"
#include "map/scene.h"

#define MAP_TEXT_WIDTH_MIN 60

/* Without screen->utf8 in ASCII. */
void map_text_print(const Screen *screen, const Map *map);
