/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Sets of addresses as intervals with inclusive ends, so that the last byte of the space can be named. */

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

/* Appends; start > end adds nothing. The set is a union only after range_set_normalise(). -ENOMEM. */
int range_set_add(RangeSet *set, uint64_t start, uint64_t end);

/* Sorts, and merges what overlaps or touches. */
void range_set_normalise(RangeSet *set);

/* Takes out every address of `minus`; both may be in any state, the set comes out normalised. -ENOMEM leaves the
 * set as it was. */
int range_set_subtract(RangeSet *set, const RangeSet *minus);

bool range_set_contains(const RangeSet *set, uint64_t address);
