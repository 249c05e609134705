/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/memory-limit.h"

#include <string.h>

#include "probe/cleanup.h"
#include "profile/architecture.h"

#define NO_LIMIT 64

bool memory_limit_in_tree(const Profile *profile) {
        return profile->firmware.iort_reason == REASON_ABSENT &&
                        profile->firmware.device_tree_reason != REASON_ABSENT;
}

/* Both exist on other machines, but are not read there. */
static Reason unreadable(const Profile *profile) {
        Reason reason = memory_limit_in_tree(profile) ? profile->firmware.device_tree_reason
                                                      : profile->firmware.iort_reason;

        return reason != REASON_ABSENT && profile_is_arm64(profile) ? reason : REASON_NONE;
}

const char *memory_limit_source(const Profile *profile) {
        return memory_limit_in_tree(profile) ? "device tree" : "ACPI IORT";
}

/* ── device tree ───────────────────────────────────────────────────────────────────────────────────────── */

static MemoryLimit limit_of_bridge(const DeviceTreeBridge *bridge) {
        return (MemoryLimit){
                .reason = bridge->dma_reason,
                .bits = bridge->dma_bits < NO_LIMIT ? bridge->dma_bits : 0,
                .bridge = bridge,
        };
}

static bool same_limit(const DeviceTreeBridge *a, const DeviceTreeBridge *b) {
        return a->dma_reason == b->dma_reason && a->dma_bits == b->dma_bits &&
                        a->n_dma_ranges == b->n_dma_ranges &&
                        memcmp(a->dma_ranges, b->dma_ranges, a->n_dma_ranges * sizeof(*a->dma_ranges)) == 0;
}

/* The only limit of all bridges with a segment number (-1: without). False: none has it. */
static bool limit_of_bridges(const DeviceTree *tree, int64_t segment, MemoryLimit *ret) {
        const DeviceTreeBridge *found = NULL;

        for (size_t i = 0; i < tree->n_bridges; i++) {
                const DeviceTreeBridge *bridge = &tree->bridges[i];

                if (bridge->segment != segment)
                        continue;
                if (found && !same_limit(found, bridge)) {
                        *ret = (MemoryLimit){ .reason = REASON_AMBIGUOUS };
                        return true;
                }
                found = bridge;
        }
        if (found)
                *ret = limit_of_bridge(found);
        return found;
}

/* Domains of devices that no bridge names; devices are sorted by address. */
static size_t count_unnamed(const Profile *profile) {
        MemoryLimit limit;
        size_t n = 0;

        for (size_t i = 0; i < profile->n_devices; i++) {
                uint32_t domain = profile->devices[i].address.domain;

                if (i == 0 || domain != profile->devices[i - 1].address.domain)
                        n += !limit_of_bridges(&profile->firmware.device_tree, domain, &limit);
        }
        return n;
}

/* A bridge without a domain gets one from the kernel: which of them it is stays unknown. Bridges below nodes of
 * other names are not found: then there are more domains than bridges for them. */
static MemoryLimit limit_of_tree(const Profile *profile, uint32_t domain) {
        const DeviceTree *tree = &profile->firmware.device_tree;
        MemoryLimit limit;
        size_t n = 0;

        if (limit_of_bridges(tree, domain, &limit))
                return limit;
        if (tree->incomplete != REASON_NONE)
                return (MemoryLimit){ .reason = tree->incomplete };
        for (size_t i = 0; i < tree->n_bridges; i++)
                n += tree->bridges[i].segment < 0;
        if (n < count_unnamed(profile) || !limit_of_bridges(tree, -1, &limit))
                return (MemoryLimit){ .reason = REASON_AMBIGUOUS };
        return limit;
}

/* ── ACPI ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* Linux finds the SMMU of a PCI function through its root complex: the table has one that was not read. */
static bool is_behind_smmu(const Profile *profile, uint32_t domain) {
        for (size_t i = 0; i < profile->n_devices; i++) {
                const ProfileDevice *device = &profile->devices[i];

                if (device->address.domain != domain || device->iommu < 0)
                        continue;
                IommuKind kind = profile->iommus[device->iommu].kind;
                if (kind == IOMMU_ARM_SMMU_V3 || kind == IOMMU_ARM_SMMU)
                        return true;
        }
        return false;
}

/* Linux takes the first root complex of a segment, and no limit from revision 0 (rc_dma_get_range). */
MemoryLimit memory_limit(const Profile *profile, uint32_t domain) {
        const FirmwareTables *firmware = &profile->firmware;
        const IortRootComplex *complex = NULL;
        Reason reason = unreadable(profile);

        if (reason != REASON_NONE)
                return (MemoryLimit){ .reason = reason };
        if (memory_limit_in_tree(profile))
                return profile_is_arm64(profile) ? limit_of_tree(profile, domain) : (MemoryLimit){};
        if (firmware->iort_reason != REASON_NONE)
                return (MemoryLimit){};
        if (domain <= UINT16_MAX)
                complex = iort_root_complex(&firmware->iort, (uint16_t) domain);
        if (!complex)
                return (MemoryLimit){ .reason = is_behind_smmu(profile, domain) ? REASON_MALFORMED
                                                                                : REASON_NONE };
        if (complex->revision == 0 || complex->memory_address_limit >= NO_LIMIT)
                return (MemoryLimit){};
        if (complex->memory_address_limit == 0)
                return (MemoryLimit){ .reason = REASON_MALFORMED };
        return (MemoryLimit){ .bits = complex->memory_address_limit };
}

/* ── of several functions ──────────────────────────────────────────────────────────────────────────────── */

/* The first device of each domain stands for it. */
static bool is_first(const Profile *profile, size_t i) {
        return i == 0 || profile->devices[i].address.domain != profile->devices[i - 1].address.domain;
}

MemoryLimit memory_limit_lowest(const Profile *profile, uint32_t *ret_domain) {
        MemoryLimit lowest = {};

        for (size_t i = 0; i < profile->n_devices; i++) {
                if (!is_first(profile, i))
                        continue;

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

int memory_limit_intersect(const MemoryLimit *limit, RangeSet *set) {
        _cleanup_(range_set_done) RangeSet passed = {}, lost = {};
        int r;

        if (!limit->bridge || limit->bridge->n_dma_ranges == 0)
                return 0;
        for (size_t i = 0; i < limit->bridge->n_dma_ranges; i++) {
                r = range_set_add(&passed, limit->bridge->dma_ranges[i].start,
                                limit->bridge->dma_ranges[i].end);
                if (r < 0)
                        return r;
        }
        r = range_set_add(&lost, 0, UINT64_MAX);
        if (r < 0)
                return r;
        r = range_set_subtract(&lost, &passed);
        return r < 0 ? r : range_set_subtract(set, &lost);
}

int memory_limit_intersect_all(const Profile *profile, RangeSet *set) {
        const DeviceTree *tree = &profile->firmware.device_tree;
        size_t n_unknown = profile->n_devices == 0 && memory_limit_in_tree(profile) ? tree->n_bridges : 0;
        int r = 0;

        for (size_t i = 0; i < profile->n_devices && r >= 0; i++)
                if (is_first(profile, i)) {
                        MemoryLimit limit = memory_limit(profile, profile->devices[i].address.domain);

                        r = memory_limit_intersect(&limit, set);
                }
        /* Devices that are not known may be behind any of them. */
        for (size_t i = 0; i < n_unknown && r >= 0; i++)
                r = memory_limit_intersect(&(MemoryLimit){ .bridge = &tree->bridges[i] }, set);
        return r;
}

bool memory_limit_bounds(const Profile *profile, const ProfileGroup *group) {
        const Fact *bits = group->iommu >= 0 ? &profile->iommus[group->iommu].bits : NULL;

        return bits && group->bits > 0 && fact_known(bits) && group->bits < bits->value;
}
