/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/gather-failures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/show/safe-text.h"
#include "probe/cleanup.h"

void gather_failures_print(const HostList *hosts, char *const *why) {
        for (size_t i = 0; i < hosts->n; i++) {
                _cleanup_free_ char *text = why[i] ? safe_short_line(why[i]) : NULL;

                if (why[i])
                        fprintf(stderr, "hawctl: %s: %s\n", hosts->names[i], text ? text : "failed");
        }
}

static int by_identity(const void *a, const void *b, void *userdata) {
        const GatherKept *kept = userdata, *first = &kept[*(const size_t *) a],
                         *second = &kept[*(const size_t *) b];
        int r = strcmp(first->identity.machine_id, second->identity.machine_id);

        if (r == 0)
                r = strcmp(first->identity.hostname, second->identity.hostname);
        return r != 0 ? r : first < second ? -1 : first > second;
}

static bool is_same(const GatherIdentity *a, const GatherIdentity *b) {
        return strcmp(a->machine_id, b->machine_id) == 0 && strcmp(a->hostname, b->hostname) == 0;
}

void gather_doubles_print(const GatherOutput *output) {
        _cleanup_free_ size_t *sorted = calloc(output->hosts->n + 1, sizeof(*sorted));
        size_t n = 0, first = 0;

        if (!sorted)
                return;
        for (size_t i = 0; i < output->hosts->n; i++) {
                const GatherKept *kept = &output->kept[i];

                if (kept->answered && (*kept->identity.machine_id || *kept->identity.hostname))
                        sorted[n++] = i;
        }
        qsort_r(sorted, n, sizeof(*sorted), by_identity, output->kept);
        for (size_t i = 1; i < n; i++) {
                if (!is_same(&output->kept[sorted[first]].identity, &output->kept[sorted[i]].identity)) {
                        first = i;
                        continue;
                }
                fprintf(stderr, "hawctl: %s: the machine ID and hostname of its profile are those of %s\n",
                                output->hosts->names[sorted[i]], output->hosts->names[sorted[first]]);
        }
}
