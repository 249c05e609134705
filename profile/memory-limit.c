/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/memory-limit.h"

#include "profile/architecture.h"

#define NO_LIMIT 64

/* The table exists on other machines, but is not read there. */
static bool unreadable(const Profile *profile) {
        Reason reason = profile->firmware.iort_reason;

        return reason != REASON_NONE && reason != REASON_ABSENT && profile_is_arm64(profile);
}

/* Linux takes the first root complex of a segment, and no limit from revision 0 (rc_dma_get_range). */
MemoryLimit memory_limit(const Profile *profile, uint32_t domain) {
        const FirmwareTables *firmware = &profile->firmware;
        const IortRootComplex *complex;

        if (unreadable(profile))
                return (MemoryLimit){ .reason = firmware->iort_reason };
        if (firmware->iort_reason != REASON_NONE || domain > UINT16_MAX)
                return (MemoryLimit){};
        complex = iort_root_complex(&firmware->iort, (uint16_t) domain);
        if (!complex || complex->revision == 0 || complex->memory_address_limit >= NO_LIMIT)
                return (MemoryLimit){};
        if (complex->memory_address_limit == 0)
                return (MemoryLimit){ .reason = REASON_MALFORMED };
        return (MemoryLimit){ .bits = complex->memory_address_limit };
}

MemoryLimit memory_limit_lowest(const Profile *profile, uint32_t *ret_domain) {
        MemoryLimit lowest = {};

        for (size_t i = 0; i < profile->n_devices; i++) {
                MemoryLimit limit = memory_limit(profile, profile->devices[i].address.domain);

                if (limit.reason != REASON_NONE)
                        return limit;
                if (limit.bits && (lowest.bits == 0 || limit.bits < lowest.bits)) {
                        lowest = limit;
                        *ret_domain = profile->devices[i].address.domain;
                }
        }
        return lowest;
}

bool memory_limit_bounds(const Profile *profile, const ProfileGroup *group) {
        const Fact *bits = group->iommu >= 0 ? &profile->iommus[group->iommu].bits : NULL;

        return bits && group->bits > 0 && fact_known(bits) && group->bits < bits->value;
}
