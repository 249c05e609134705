/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The floor under a probe: the same paths, opened, read and closed (links: read; directories: listed), of
 * configuration space the same parts, and nothing made of them. */

#include "probe/root/root.h"

typedef enum FloorKind { FLOOR_FILE, FLOOR_LINK, FLOOR_DIRECTORY } FloorKind;

typedef struct FloorEntry {
        FloorKind kind;
        char *path;
        size_t size; /* of a file, as the probe read it */
        size_t n_parts;
        BytesRange *parts; /* of a file of which it read parts */
} FloorEntry;

typedef struct Floor {
        size_t n;
        FloorEntry *entries;
} Floor;

/* Collects what is read into the floor: give it to root_observe(). */
RootObserver floor_observer(Floor *floor);

/* One pass below the directory fd. Returns how many entries could be read. */
size_t floor_pass(const Floor *floor, int fd);

/* How many paths were read more than once. */
size_t floor_duplicates(const Floor *floor);

void floor_done(Floor *floor);
