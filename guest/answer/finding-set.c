/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Most distinctive members first. */
static int compare_words(const CheckFinding *a, const CheckFinding *b) {
        int r = strcmp(a->subject, b->subject);

        if (r == 0)
                r = (a->rule > b->rule) - (a->rule < b->rule);
        return r != 0 ? r : strcmp(a->summary, b->summary);
}

static int compare(const CheckFinding *a, const CheckFinding *b) {
        const int r = compare_words(a, b);

        return r != 0 ? r : (a->verdict < b->verdict) - (a->verdict > b->verdict);
}

static int compare_items(const void *p, const void *q) {
        const CheckFinding *const *a = p, *const *b = q;
        const int r = compare(*a, *b);

        return r != 0 ? r : (*a > *b) - (*a < *b);
}

int finding_set_make(const CheckFinding *findings, size_t n, FindingSet *ret) {
        const CheckFinding **items = calloc(n + 1, sizeof(*items));

        if (!items)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++)
                items[i] = &findings[i];
        qsort(items, n, sizeof(*items), compare_items);
        *ret = (FindingSet){ n, items };
        return 0;
}

void finding_set_done(FindingSet *set) {
        free(set->items);
        *set = (FindingSet){};
}

/* The first not less than it. */
static size_t lower_bound(const FindingSet *set, const CheckFinding *finding,
                int (*order)(const CheckFinding *, const CheckFinding *)) {
        size_t low = 0, high = set->n;

        while (low < high) {
                const size_t middle = low + (high - low) / 2;

                if (order(set->items[middle], finding) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        return low;
}

const CheckFinding *finding_set_find(const FindingSet *set, const CheckFinding *finding) {
        const size_t i = lower_bound(set, finding, compare_words);

        return i < set->n && compare_words(set->items[i], finding) == 0 ? set->items[i] : NULL;
}

bool finding_set_has(const FindingSet *set, const CheckFinding *finding) {
        const size_t i = lower_bound(set, finding, compare);

        return i < set->n && compare(set->items[i], finding) == 0;
}

/* The next that counts, skipping those equal to `before`. */
static size_t next(const FindingSet *set, size_t i, const CheckFinding *before) {
        while (i < set->n &&
                        (set->items[i]->verdict == VERDICT_SAFE ||
                                        (before && compare(set->items[i], before) == 0)))
                i++;
        return i;
}

bool finding_set_equal(const FindingSet *a, const FindingSet *b) {
        size_t i = next(a, 0, NULL), j = next(b, 0, NULL);

        while (i < a->n && j < b->n && compare(a->items[i], b->items[j]) == 0) {
                const CheckFinding *same = a->items[i];

                i = next(a, i, same);
                j = next(b, j, same);
        }
        return i >= a->n && j >= b->n;
}
