/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* hawd-place/1: what `hawctl place --json` says of each host. */

#include <jansson.h>

#include "fleet/fleet.h"
#include "fleet/placement.h"

#define PLACE_SCHEMA "hawd-place/1"

typedef struct PlaceLine {
        char hostname[65], machine_id[33];
        char class[CLASS_KEY_SIZE];
        bool judged; /* a profile of the host, or of its class, was read */
        Placement placement;
} PlaceLine;

extern const FieldTable place_table; /* PlaceLine */

/* A new reference; NULL: out of memory. */
json_t *place_line_json(const PlaceLine *line);
