/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What somebody may take of the service: processor time and bytes of answers. Both come back with time, up to a maximum. The
 * clock is the caller's. */

#include <stdbool.h>
#include <stdint.h>

typedef struct ShareLimits {
        int64_t cpu_nsec, cpu_nsec_per_second;
        int64_t bytes, bytes_per_second;
} ShareLimits;

/* All zero: nothing was taken yet. */
typedef struct Share {
        int64_t cpu_nsec, bytes; /* left; below zero after a call that took more than there was */
        uint64_t filled_usec;    /* 0: never */
} Share;

/* Adds what came back since the last time; false when nothing is left. `now_usec` is CLOCK_MONOTONIC, above 0. */
bool share_left(Share *share, const ShareLimits *limits, uint64_t now_usec);

/* A debt is never more than the whole of a limit. */
void share_take(Share *share, const ShareLimits *limits, int64_t cpu_nsec, int64_t bytes);
