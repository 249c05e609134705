/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sets of addresses as intervals with inclusive ends, so that the last address can be included. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Range {
        uint64_t start, end; /* inclusive; start <= end */
} Range;

typedef struct RangeSet {
        size_t n;
        Range *ranges; /* owned */
} RangeSet;

void range_set_done(RangeSet *set);

/* Appends; ignored if start > end. Call range_set_normalise() to make the set a union. -ENOMEM. */
int range_set_add(RangeSet *set, uint64_t start, uint64_t end);

/* Sorts; merges overlapping, adjacent ranges. */
void range_set_normalise(RangeSet *set);

/* Removes every address of `minus`. Neither set must be normalised; the result is. -ENOMEM: no change. */
int range_set_subtract(RangeSet *set, const RangeSet *minus);

bool range_set_contains(const RangeSet *set, uint64_t address);
