/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "fleet/baseline-parts.h"
#include "probe/cleanup.h"
#include "profile/xen-region.h"

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

/* Of a host that Xen runs no group tells; `made` is what is to be freed. */
static int ranges_of(const Profile *profile, RangeSet *made, const RangeSet **ret) {
        const bool xen = profile->xen.role == XEN_ROLE_CONTROL;

        *ret = xen ? made : &profile->reserved;
        return xen ? xen_region_ranges(profile, made) : 0;
}

int baseline_regions_add(RangeSet *all, const Profile *profile) {
        _cleanup_(range_set_done) RangeSet made = {};
        const RangeSet *own;
        int r = ranges_of(profile, &made, &own);

        for (size_t i = 0; r >= 0 && i < own->n; i++)
                r = range_set_add(all, own->ranges[i].start, own->ranges[i].end);
        return r;
}

/* Both are sorted: each region is met once. */
int baseline_regions_count(Baseline *baseline, const Profile *profile, uint64_t hosts) {
        _cleanup_(range_set_done) RangeSet made = {};
        const RangeSet *own;
        size_t next = 0;
        int r = ranges_of(profile, &made, &own);

        if (r < 0)
                return r;
        for (size_t i = 0; i < baseline->reserved.n; i++) {
                BaselineRegion *region = &baseline->reserved.regions[i];

                while (next < own->n && own->ranges[next].end < region->start)
                        next++;
                if (next < own->n && own->ranges[next].start <= region->end)
                        region->hosts += hosts;
        }
        return 0;
}
