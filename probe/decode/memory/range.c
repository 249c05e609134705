/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/memory/range.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"
#include "probe/grow.h"

void range_set_done(RangeSet *set) {
        free(set->ranges);
        *set = (RangeSet){};
}

int range_set_add(RangeSet *set, uint64_t start, uint64_t end) {
        if (start > end)
                return 0;
        Range *grown = grow(set->ranges, set->n, sizeof(Range));

        if (!grown)
                return -ENOMEM;
        set->ranges = grown;
        set->ranges[set->n++] = (Range){ .start = start, .end = end };
        return 0;
}

static int compare_ranges(const void *a, const void *b) {
        const Range *x = a, *y = b;

        return x->start < y->start ? -1 : x->start > y->start;
}

void range_set_normalise(RangeSet *set) {
        size_t out = 0;

        if (set->n < 2)
                return;
        qsort(set->ranges, set->n, sizeof(Range), compare_ranges);
        for (size_t i = 1; i < set->n; i++) {
                Range *last = &set->ranges[out], next = set->ranges[i];

                if (last->end == UINT64_MAX || next.start <= last->end + 1) {
                        if (next.end > last->end)
                                last->end = next.end;
                } else
                        set->ranges[++out] = next;
        }
        set->n = out + 1;
}

static int copy_normalised(const RangeSet *set, RangeSet *ret) {
        for (size_t i = 0; i < set->n; i++)
                if (range_set_add(ret, set->ranges[i].start, set->ranges[i].end) < 0)
                        return -ENOMEM;
        range_set_normalise(ret);
        return 0;
}

/* Adds the parts of a range outside the sorted `holes`. Ranges come in order; *first is the first hole still
 * relevant, so the total time is linear. */
static int add_outside(Range range, const RangeSet *holes, size_t *first, RangeSet *ret) {
        uint64_t start = range.start;

        while (*first < holes->n && holes->ranges[*first].end < start)
                (*first)++;
        for (size_t i = *first; i < holes->n; i++) {
                Range hole = holes->ranges[i];

                if (hole.start > range.end)
                        break;
                if (hole.start > start && range_set_add(ret, start, hole.start - 1) < 0)
                        return -ENOMEM;
                if (hole.end >= range.end)
                        return 0;
                start = hole.end + 1;
        }
        return range_set_add(ret, start, range.end);
}

int range_set_subtract(RangeSet *set, const RangeSet *minus) {
        _cleanup_(range_set_done) RangeSet holes = {}, left = {};
        size_t first = 0;
        int r;

        r = copy_normalised(minus, &holes);
        if (r < 0)
                return r;
        range_set_normalise(set);
        for (size_t i = 0; i < set->n; i++) {
                r = add_outside(set->ranges[i], &holes, &first, &left);
                if (r < 0)
                        return r;
        }
        range_set_done(set);
        *set = left;
        left = (RangeSet){};
        return 0;
}

bool range_set_contains(const RangeSet *set, uint64_t address) {
        for (size_t i = 0; i < set->n; i++)
                if (set->ranges[i].start <= address && address <= set->ranges[i].end)
                        return true;
        return false;
}
