/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text in the map, for terminals and SVG. */

#include <stddef.h>

#include "map/scene.h"

/* "4 GiB", "94 GiB"; hexadecimal if not round. Fits NUMBER_TEXT_MAX. */
char *map_address(uint64_t address, char *ret, size_t size);

/* Size, "94 GiB"; "" for holes and what cannot be reached. */
char *map_band_size(const MapBand *band, char *ret, size_t size);

/* "2^46 = 64 TiB" */
char *map_limit_place(const MapLimit *limit, char *ret, size_t size);

/* Rows of a band to centre its label in: the most between two limits that look the same. */
void map_label_rows(const Map *map, const MapBand *band, unsigned *ret_row, unsigned *ret_rows);

/* "R3 R9": rules to print in this row of a band, the middle of each conflict; "": none. */
char *map_rules(const Map *map, const MapBand *band, unsigned row, char *ret, size_t size);

/* Worst conflict of that row in the guest's lane; SAFE: none. */
Verdict map_verdict_at(const Map *map, unsigned row);
