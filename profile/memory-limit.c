/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/memory-limit.h"

#include "profile/architecture.h"

#define NO_LIMIT 64

/* The table exists on other machines, but is not read there. */
static bool unreadable(const Profile *profile) {
        Reason reason = profile->firmware.iort_reason;

        return reason != REASON_NONE && reason != REASON_ABSENT && profile_is_arm64(profile);
}

bool memory_limit_in_tree(const Profile *profile) {
        return profile->firmware.iort_reason == REASON_ABSENT &&
                        profile->firmware.device_tree_reason == REASON_NONE;
}

const char *memory_limit_source(const Profile *profile) {
        return memory_limit_in_tree(profile) ? "device tree" : "ACPI IORT";
}

/* A bridge without a domain gets one from the kernel: which of them it is stays unknown. */
static MemoryLimit limit_of_tree(const DeviceTree *tree, uint32_t domain) {
        const DeviceTreeBridge *other = NULL;

        for (size_t i = 0; i < tree->n_bridges; i++) {
                const DeviceTreeBridge *bridge = &tree->bridges[i];

                if (bridge->segment == domain)
                        return (MemoryLimit){ .bits = bridge->dma_bits < NO_LIMIT ? bridge->dma_bits : 0 };
                if (bridge->segment >= 0)
                        continue;
                if (other && other->dma_bits != bridge->dma_bits)
                        return (MemoryLimit){ .reason = REASON_AMBIGUOUS };
                other = bridge;
        }
        return (MemoryLimit){ .bits = other && other->dma_bits < NO_LIMIT ? other->dma_bits : 0 };
}

/* Linux takes the first root complex of a segment, and no limit from revision 0 (rc_dma_get_range). */
MemoryLimit memory_limit(const Profile *profile, uint32_t domain) {
        const FirmwareTables *firmware = &profile->firmware;
        const IortRootComplex *complex;

        if (unreadable(profile))
                return (MemoryLimit){ .reason = firmware->iort_reason };
        if (memory_limit_in_tree(profile))
                return limit_of_tree(&firmware->device_tree, domain);
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
