/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/xen-region.h"

static bool rule_applies(const Profile *profile) {
        if (profile->n_iommus > 0)
                return profile->iommus[0].kind == IOMMU_INTEL_VTD;
        return profile->host.vendor != CPU_VENDOR_AMD && profile->host.vendor != CPU_VENDOR_HYGON;
}

static bool same_range(const ProfileXenRegion *a, const ProfileXenRegion *b) {
        return a->has_device && b->has_device && a->start == b->start && a->end == b->end;
}

/* They are sorted, and each device has a region once: others of the same range are neighbours. */
bool xen_region_is_shared(const Profile *profile, size_t i) {
        const ProfileXenRegion *regions = profile->xen.reserved;

        if (!rule_applies(profile))
                return false;
        return (i > 0 && same_range(&regions[i - 1], &regions[i])) ||
                        (i + 1 < profile->xen.n_reserved && same_range(&regions[i], &regions[i + 1]));
}

bool xen_region_shared(const Profile *profile, const PciAddress *device) {
        for (size_t i = 0; i < profile->xen.n_reserved; i++) {
                const ProfileXenRegion *region = &profile->xen.reserved[i];

                if (region->has_device && pci_address_compare(&region->device, device) == 0 &&
                                xen_region_is_shared(profile, i))
                        return true;
        }
        return false;
}
