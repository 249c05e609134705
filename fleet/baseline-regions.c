/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "fleet/baseline-parts.h"

/* The last address below 2^bits. */
static uint64_t last_address(uint8_t bits) {
        return bits == 0 || bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

int baseline_regions_make(Baseline *baseline, RangeSet *all) {
        const BaselineWidth *width = &baseline->with_devices;
        const uint8_t bits = width->bits ? width->bits : width->known;
        const uint64_t last = last_address(bits);

        range_set_normalise(all);
        baseline->reserved.bits = bits;
        baseline->reserved.regions = calloc(all->n ? all->n : 1, sizeof(*baseline->reserved.regions));
        if (!baseline->reserved.regions)
                return -ENOMEM;
        for (size_t i = 0; i < all->n && all->ranges[i].start <= last; i++)
                baseline->reserved.regions[baseline->reserved.n++] = (BaselineRegion){
                        .start = all->ranges[i].start,
                        .end = all->ranges[i].end < last ? all->ranges[i].end : last,
                };
        return 0;
}

/* Both are sorted: each region is met once. */
void baseline_regions_count(Baseline *baseline, const Profile *profile, uint64_t hosts) {
        const RangeSet *own = &profile->reserved;
        size_t next = 0;

        for (size_t i = 0; i < baseline->reserved.n; i++) {
                BaselineRegion *region = &baseline->reserved.regions[i];

                while (next < own->n && own->ranges[next].end < region->start)
                        next++;
                if (next < own->n && own->ranges[next].start <= region->end)
                        region->hosts += hosts;
        }
}
