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

const char *xen_region_word(const Profile *profile) {
        return rule_applies(profile) ? "RMRR" : "IVMD";
}

/* Xen counts the entries of the RMRR's scope, also those that name no function that is there. */
static bool scope_is_shared(const Profile *profile, uint64_t start) {
        const Dmar *dmar = &profile->firmware.dmar;

        if (profile->firmware.dmar_reason != REASON_NONE)
                return false;
        for (size_t i = 0; i < dmar->n_regions; i++)
                if (dmar->regions[i].base == start && dmar->regions[i].scopes.n > 1)
                        return true;
        return false;
}

/* They are sorted, and each device has a region once: others of the same range are neighbours. */
bool xen_region_is_shared(const Profile *profile, size_t i) {
        const ProfileXenRegion *regions = profile->xen.reserved;

        if (!rule_applies(profile))
                return false;
        return scope_is_shared(profile, regions[i].start) ||
                        (i > 0 && same_range(&regions[i - 1], &regions[i])) ||
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
