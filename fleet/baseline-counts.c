/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/baseline-parts.h"
#include "probe/cleanup.h"

int baseline_count(json_t *totals, const char *name, uint64_t hosts) {
        const json_t *former = json_object_get(totals, name ? name : "");
        uint64_t sum = (uint64_t) json_integer_value(former) + hosts;

        return json_object_set_new(totals, name ? name : "", json_integer((json_int_t) sum)) < 0 ? -ENOMEM
                                                                                                 : 0;
}

static int compare_counts(const void *a, const void *b) {
        const BaselineCount *x = a, *y = b;

        if (x->hosts != y->hosts)
                return x->hosts < y->hosts ? 1 : -1;
        return strcmp(x->name ? x->name : "", y->name ? y->name : "");
}

int baseline_counts_make(json_t *totals, BaselineCounts *ret) {
        const size_t n = json_object_size(totals);
        const char *name;
        json_t *total;

        ret->counts = calloc(n ? n : 1, sizeof(*ret->counts));
        if (!ret->counts)
                return -ENOMEM;
        json_object_foreach(totals, name, total) {
                BaselineCount *count = &ret->counts[ret->n];

                count->hosts = (uint64_t) json_integer_value(total);
                if (*name && !(count->name = strdup(name)))
                        return -ENOMEM;
                ret->n++;
        }
        qsort(ret->counts, ret->n, sizeof(*ret->counts), compare_counts);
        return 0;
}

void baseline_counts_done(BaselineCounts *counts) {
        for (size_t i = 0; i < counts->n; i++)
                free(counts->counts[i].name);
        free(counts->counts);
        *counts = (BaselineCounts){};
}

bool baseline_mixed(const BaselineCounts *counts) {
        size_t known = 0;

        for (size_t i = 0; i < counts->n; i++)
                known += counts->counts[i].name != NULL;
        return known > 1;
}
