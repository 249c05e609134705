/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/baseline-parts.h"
#include "probe/cleanup.h"
#include "probe/grow.h"

static int compare_members(const void *a, const void *b, void *userdata) {
        const uint32_t x = *(const uint32_t *) a, y = *(const uint32_t *) b;
        char *const *keys = userdata;
        int r = strcmp(keys[x], keys[y]);

        return r != 0 ? r : x < y ? -1 : x > y;
}

static int compare_pools(const void *a, const void *b) {
        const BaselinePool *x = a, *y = b;

        if (x->hosts != y->hosts)
                return x->hosts < y->hosts ? 1 : -1;
        return x->classes[0] < y->classes[0] ? -1 : x->classes[0] > y->classes[0];
}

/* The classes from `first` on that have the key of the first. */
static int add_pool(Baseline *baseline, char *const *keys, size_t first, size_t n) {
        BaselinePool *pools = grow(baseline->pools, baseline->n_pools, sizeof(*pools));
        BaselinePool pool = { .classes = baseline->pool_order + first };

        if (!pools)
                return -ENOMEM;
        baseline->pools = pools;
        while (first + pool.n_classes < n &&
                        strcmp(keys[pool.classes[0]], keys[pool.classes[pool.n_classes]]) == 0) {
                const BaselineClass *class = &baseline->classes[pool.classes[pool.n_classes++]];

                pool.hosts += class->hosts;
                examples_merge(&pool.examples, &class->examples);
        }
        pools[baseline->n_pools++] = pool;
        return 0;
}

int baseline_pools_make(Baseline *baseline, char *const *keys) {
        size_t n = 0;
        int r;

        baseline->pool_order =
                        calloc(baseline->n_classes ? baseline->n_classes : 1, sizeof(*baseline->pool_order));
        if (!baseline->pool_order)
                return -ENOMEM;
        for (size_t i = 0; i < baseline->n_classes; i++)
                if (keys[i])
                        baseline->pool_order[n++] = (uint32_t) i;
                else {
                        baseline->without_pool += baseline->classes[i].hosts;
                        examples_merge(&baseline->pool_examples, &baseline->classes[i].examples);
                }
        qsort_r(baseline->pool_order, n, sizeof(*baseline->pool_order), compare_members, (void *) keys);
        for (size_t i = 0; i < n; i += baseline->pools[baseline->n_pools - 1].n_classes) {
                r = add_pool(baseline, keys, i, n);
                if (r < 0)
                        return r;
        }
        if (baseline->n_pools > 0)
                qsort(baseline->pools, baseline->n_pools, sizeof(*baseline->pools), compare_pools);
        for (size_t i = 0; i < baseline->n_pools; i++)
                for (size_t k = 0; k < baseline->pools[i].n_classes; k++)
                        baseline->classes[baseline->pools[i].classes[k]].pool = (int64_t) i;
        return 0;
}
