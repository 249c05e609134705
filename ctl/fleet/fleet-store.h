/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Keeps the texts of a fleet's classes: up to some MiB in memory, then in a file without a name in $TMPDIR or
 * /var/tmp. A million classes do not need a GiB of memory. */

#include "fleet/fleet.h"

typedef struct FleetTexts {
        char *memory;
        size_t n, size;
        int fd;           /* -1: not opened yet */
        uint64_t in_file; /* bytes */
} FleetTexts;

#define FLEET_TEXTS_NONE ((FleetTexts){ .fd = -1 })

/* The functions of a FleetStore; the userdata is a FleetTexts. */
int fleet_texts_append(const char *text, size_t n, uint64_t *ret_place, void *userdata);
int fleet_texts_read(uint64_t place, char *ret, size_t n, void *userdata);

void fleet_texts_done(FleetTexts *texts);
