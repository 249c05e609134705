/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What stands written in the picture, the same in a terminal and in SVG. */

#include <stddef.h>

#include "map/scene.h"

/* "4 GiB", "94 GiB"; what is no round number in hexadecimal. Fits NUMBER_TEXT_MAX. */
char *map_address(uint64_t address, char *ret, size_t size);

/* Its size, "94 GiB"; "" where that says nothing: what cannot be reached, holes. */
char *map_band_size(const MapBand *band, char *ret, size_t size);

/* "2^46 = 64 TiB" */
char *map_limit_place(const MapLimit *limit, char *ret, size_t size);

/* The rows of a band that its label is in the middle of: the most between two limits
 * that look the same. */
void map_label_rows(const Map *map, const MapBand *band, unsigned *ret_row, unsigned *ret_rows);

/* "R3 R9": the rules to be written into this row of a band, in the middle of where they are broken; "" none. */
char *map_rules(const Map *map, const MapBand *band, unsigned row, char *ret, size_t size);

/* The worst conflict of that row in the guest's lane; SAFE: none. */
Verdict map_verdict_at(const Map *map, unsigned row);
