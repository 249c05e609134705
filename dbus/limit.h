/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* So many times in so long, by the monotonic clock: a jump of the wall clock neither opens nor shuts it. */
typedef struct RateLimit {
        uint64_t interval_usec;
        unsigned burst;
        uint64_t begin_usec;
        unsigned n;
} RateLimit;

/* Counts one; false when that is one too many. */
bool rate_limit_pass(RateLimit *limit);
