/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/xen-region.h"

#define MSI_START UINT64_C(0xfee00000)
#define MSI_END UINT64_C(0xfeefffff)
#define HT_START UINT64_C(0xfd00000000)
#define HT_END UINT64_C(0xffffffffff)

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

bool xen_hypertransport(const Profile *profile) {
        const Fact *bits = &profile->widths.iova_bits;

        return profile->xen.role == XEN_ROLE_CONTROL && !rule_applies(profile) && fact_known(bits) &&
                        bits->value >= 40;
}

int xen_region_ranges(const Profile *profile, RangeSet *ret) {
        RangeSet ranges = {};
        int r = 0;

        for (size_t i = 0; i < profile->xen.n_reserved && r >= 0; i++)
                r = range_set_add(&ranges, profile->xen.reserved[i].start, profile->xen.reserved[i].end);
        if (r >= 0 && fact_known(&profile->widths.iova_bits))
                r = range_set_add(&ranges, MSI_START, MSI_END);
        if (r >= 0 && xen_hypertransport(profile))
                r = range_set_add(&ranges, HT_START, HT_END);
        if (r < 0) {
                range_set_done(&ranges);
                return r;
        }
        range_set_normalise(&ranges);
        *ret = ranges;
        return 0;
}
