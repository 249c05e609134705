/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The line that says how far `hawctl gather` is, on standard error if that is a terminal. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct GatherCounts {
        size_t done, failed, total;
} GatherCounts;

typedef struct GatherProgress {
        bool shown;          /* the terminal can show it */
        bool drawn;          /* the line is there now */
        uint64_t drawn_usec; /* when it was drawn last */
} GatherProgress;

GatherProgress gather_progress_start(void);

/* Draws it again. Not too often, unless `now`. */
void gather_progress_draw(GatherProgress *progress, const GatherCounts *counts, bool now);

/* Before other output. */
void gather_progress_erase(GatherProgress *progress);
