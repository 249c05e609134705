/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/nearest.h"

#include <string.h>

#define WORD_MAX 31
/* More changes than this make another word. */
#define CHANGES_MAX 2

/* Edit distance, for short words. */
static size_t distance(const char *a, const char *b) {
        size_t row[WORD_MAX + 1], n = strlen(b);

        for (size_t j = 0; j <= n; j++)
                row[j] = j;
        for (size_t i = 0; a[i]; i++) {
                size_t diagonal = row[0];

                row[0] = i + 1;
                for (size_t j = 0; j < n; j++) {
                        size_t best = diagonal + (a[i] != b[j]);

                        diagonal = row[j + 1];
                        if (row[j] + 1 < best)
                                best = row[j] + 1;
                        if (diagonal + 1 < best)
                                best = diagonal + 1;
                        row[j + 1] = best;
                }
        }
        return row[n];
}

Nearest nearest_to(const char *name) {
        return (Nearest){ .name = name, .distance = CHANGES_MAX + 1 };
}

void nearest_try(Nearest *nearest, const char *word) {
        const size_t m = strlen(nearest->name), n = strlen(word);
        size_t d;

        if (m > WORD_MAX || n > WORD_MAX)
                return;
        d = distance(nearest->name, word);
        /* More than half of the longer one is the same. */
        if (d < nearest->distance && 2 * d < (m > n ? m : n)) {
                nearest->distance = d;
                nearest->found = word;
        }
}
