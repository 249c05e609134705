/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/host-regions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/grow.h"
#include "profile/architecture.h"

#define ARM_MSI_WINDOW UINT64_C(0x8000000) /* drivers/iommu/arm: MSI_IOVA_BASE */

void host_regions_done(HostRegions *regions) {
        free(regions->regions);
        *regions = (HostRegions){};
}

static int compare_regions(const void *a, const void *b) {
        const HostRegion *x = a, *y = b;

        if (x->region.start != y->region.start)
                return x->region.start < y->region.start ? -1 : 1;
        if (x->region.end != y->region.end)
                return x->region.end < y->region.end ? -1 : 1;
        return strcmp(x->region.word, y->region.word);
}

/* Merges equal neighbours of the sorted list and counts their groups. */
static void merge(HostRegions *regions) {
        size_t out = 0;

        if (regions->n == 0)
                return;
        qsort(regions->regions, regions->n, sizeof(HostRegion), compare_regions);
        for (size_t i = 1; i < regions->n; i++) {
                HostRegion *last = &regions->regions[out], *next = &regions->regions[i];

                if (compare_regions(last, next) == 0) {
                        last->n_groups++;
                        if (next->first_group < last->first_group)
                                last->first_group = next->first_group;
                } else
                        regions->regions[++out] = *next;
        }
        regions->n = out + 1;
}

int host_regions_collect(const Profile *profile, HostRegions *ret) {
        HostRegions regions = {};

        for (size_t g = 0; g < profile->n_groups; g++) {
                const ProfileGroup *group = &profile->groups[g];

                for (size_t i = 0; i < group->regions.n; i++) {
                        HostRegion *grown = grow(regions.regions, regions.n, sizeof(HostRegion));

                        if (!grown) {
                                host_regions_done(&regions);
                                return -ENOMEM;
                        }
                        regions.regions = grown;
                        grown[regions.n++] = (HostRegion){
                                .region = group->regions.regions[i], .n_groups = 1, .first_group = group->id
                        };
                }
        }
        merge(&regions);
        *ret = regions;
        return 0;
}

/* Of an SMMU the kernel chooses the window; a virtio-iommu reports the doorbell of the interrupt controller. */
static const char *msi_meaning(bool arm64, const ReservedRegion *region) {
        if (region->start == UINT64_C(0xfee00000))
                return "interrupt messages (x86)";
        return arm64 && region->start != ARM_MSI_WINDOW ? "interrupt messages, reported by the IOMMU"
                                                        : "interrupt messages, kernel's choice";
}

const char *region_meaning(const Profile *profile, const ReservedRegion *region) {
        bool arm64 = profile_is_arm64(profile);

        switch (region->type) {
        case RESERVED_DIRECT:
                return arm64 ? "identity-mapped (1:1) for firmware (RMR)"
                             : "identity-mapped (1:1) for firmware (RMRR, IVMD)";
        case RESERVED_DIRECT_RELAXABLE:
                return "mapped 1:1 for the host only: free for a guest";
        case RESERVED_MSI:
                return msi_meaning(arm64, region);
        case RESERVED_RESERVED:
                return region->start == UINT64_C(0xfd00000000) ? "HyperTransport"
                                                               : "reserved by the IOMMU driver";
        default:
                return "a kind this version does not know: taken as reserved";
        }
}
