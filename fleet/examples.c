/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/examples.h"

void examples_merge(Examples *examples, const Examples *other) {
        Examples merged = {};
        unsigned a = 0, b = 0;

        while (merged.n < EXAMPLES_MAX && (a < examples->n || b < other->n)) {
                bool own = b >= other->n ||
                                (a < examples->n && examples->hosts[a].position <= other->hosts[b].position);

                merged.hosts[merged.n++] = own ? examples->hosts[a++] : other->hosts[b++];
        }
        *examples = merged;
}
