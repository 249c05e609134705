/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A share of the service: CPU time and bytes of answers. Both refill over time, up to a maximum. The
 * caller supplies the clock. */

#include <stdbool.h>
#include <stdint.h>

typedef struct ShareLimits {
        int64_t cpu_nsec, cpu_nsec_per_second;
        int64_t bytes, bytes_per_second;
} ShareLimits;

/* All zero: unused. */
typedef struct Share {
        int64_t cpu_nsec, bytes; /* left; negative after a call that exceeded it */
        uint64_t filled_usec;    /* 0: never */
} Share;

/* Refills the share; false: nothing left. `now_usec` is CLOCK_MONOTONIC, above 0. */
bool share_left(Share *share, const ShareLimits *limits, uint64_t now_usec);

/* Debt is limited to the whole limit. */
void share_take(Share *share, const ShareLimits *limits, int64_t cpu_nsec, int64_t bytes);
