/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Limits a rate by the monotonic clock, so changes of the wall clock have no effect. */
typedef struct RateLimit {
        uint64_t interval_usec;
        unsigned burst;
        uint64_t begin_usec;
        unsigned n;
} RateLimit;

/* Counts one; false: limit exceeded. */
bool rate_limit_pass(RateLimit *limit);
