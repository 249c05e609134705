/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/rules/run.h"
#include "probe/grow.h"
#include "profile/iommu-width.h"
#include "profile/memory-limit.h"

/* Regions that close their group to guests, or that the kernel may drop, do not limit a guest. */
static bool bounds(const ReservedRegion *region) {
        return region->type != RESERVED_DIRECT && region->type != RESERVED_DIRECT_RELAXABLE;
}

/* If any device is acceptable, only assignable groups count. */
static bool counts(const ProfileGroup *group) {
        return group->assignable != TRISTATE_NO;
}

static bool is_in_one(const Profile *profile, const ReservedRegion *region) {
        for (size_t i = 0; i < profile->n_groups; i++)
                for (size_t j = 0; counts(&profile->groups[i]) && j < profile->groups[i].regions.n; j++) {
                        const ReservedRegion *own = &profile->groups[i].regions.regions[j];

                        if (own->start == region->start && own->end == region->end &&
                                        own->type == region->type)
                                return true;
                }
        return profile->n_groups == 0;
}

static void anywhere_collect(CheckRun *run, unsigned bits) {
        const Profile *profile = run->profile;
        RangeSet holes = {};
        int r = range_set_add(&run->anywhere, 0, width_end(bits));

        for (size_t i = 0; i < profile->regions.n && r >= 0; i++) {
                const ReservedRegion *region = &profile->regions.regions[i].region;

                if (bounds(region) && is_in_one(profile, region))
                        r = range_set_add(&holes, region->start, region->end);
        }
        if (r >= 0)
                r = range_set_subtract(&run->anywhere, &holes);
        if (r >= 0)
                r = memory_limit_intersect_all(profile, &run->anywhere);
        range_set_done(&holes);
        if (r < 0)
                run->error = r;
}

/* Most groups are alike. Regions only affect messages on the first. */
static bool same(const RangeSet *a, const RangeSet *b) {
        return a == b || (a->n == b->n && memcmp(a->ranges, b->ranges, a->n * sizeof(*a->ranges)) == 0);
}

static void add_device(CheckRun *run, Reach *reach, size_t device) {
        Tristate behind = run->guest->devices[device].behind_viommu;

        reach->n_devices++;
        reach->direct |= behind != TRISTATE_YES;
        reach->translated |= behind != TRISTATE_NO;
}

static void free_own(RangeSet *own) {
        if (own)
                range_set_done(own);
        free(own);
}

/* Owns reach->own, also on failure. */
static void add_reach(CheckRun *run, const Reach *reach) {
        Reach *grown;

        for (size_t i = 0; i < run->n_reaches; i++)
                if (same(run->reaches[i].usable, reach->usable) &&
                                run->reaches[i].at_most == reach->at_most &&
                                run->reaches[i].at_least == reach->at_least &&
                                run->reaches[i].limited == reach->limited) {
                        add_device(run, &run->reaches[i], reach->device);
                        free_own(reach->own);
                        return;
                }
        grown = grow(run->reaches, run->n_reaches, sizeof(*grown));
        if (!grown) {
                free_own(reach->own);
                run->error = -ENOMEM;
                return;
        }
        run->reaches = grown;
        run->reaches[run->n_reaches] = *reach;
        add_device(run, &run->reaches[run->n_reaches++], reach->device);
}

static unsigned group_at_most(const Profile *profile, const ProfileGroup *group) {
        const ProfileIommu *iommu = group->iommu >= 0 ? &profile->iommus[group->iommu] : NULL;

        /* The kernel does not widen wires. */
        if (memory_limit_bounds(profile, group))
                return group->bits;
        return iommu && iommu->bits.provenance == PROVENANCE_ASSUMED ? iommu_bits_at_most(iommu)
                                                                     : group->bits;
}

/* The unit of which the least is certain; none: all of their widths is. */
static void take_unit(const Profile *profile, int unit, Reach *reach) {
        const ProfileIommu *iommu = unit >= 0 ? &profile->iommus[unit] : NULL;
        unsigned least = iommu ? iommu_bits_at_least(iommu) : 0;

        if (least == 0 || least >= iommu->bits.value || least >= reach->at_least)
                return;
        reach->at_least = least;
        reach->assumed = (unsigned) iommu->bits.value;
}

/* Of all groups that count; without groups, of all units. */
static void take_units(const Profile *profile, Reach *reach) {
        for (size_t i = 0; i < profile->n_groups; i++)
                if (counts(&profile->groups[i]))
                        take_unit(profile, profile->groups[i].iommu, reach);
        for (size_t i = 0; i < profile->n_iommus && profile->n_groups == 0; i++)
                if (profile->iommus[i].n_pci_devices > 0)
                        take_unit(profile, (int) i, reach);
}

/* The lowest limit of units that own devices. */
static unsigned units_at_most(const Profile *profile) {
        unsigned least = 0;

        if (profile->widths.iova_bits.provenance != PROVENANCE_ASSUMED)
                return (unsigned) profile->widths.iova_bits.value;
        for (size_t i = 0; i < profile->n_iommus; i++) {
                unsigned bits = profile->iommus[i].n_pci_devices ? iommu_bits_at_most(&profile->iommus[i])
                                                                 : 0;

                if (bits && (!least || bits < least))
                        least = bits;
        }
        return least;
}

/* The narrowest counted group; without groups, the narrowest unit. */
static void anywhere_width(
                const Profile *profile, unsigned *ret_bits, unsigned *ret_at_most, bool *ret_limited) {
        unsigned bits = 0, at_most = 0;

        for (size_t i = 0; i < profile->n_groups; i++) {
                const ProfileGroup *group = &profile->groups[i];
                unsigned most = group_at_most(profile, group);

                if (!counts(group) || group->bits == 0)
                        continue;
                /* The VMM fails to map beyond an equally narrow unit. */
                if (!bits || group->bits < bits)
                        *ret_limited = memory_limit_bounds(profile, group);
                else if (group->bits == bits)
                        *ret_limited &= memory_limit_bounds(profile, group);
                bits = !bits || group->bits < bits ? group->bits : bits;
                at_most = !at_most || most < at_most ? most : at_most;
        }
        *ret_bits = bits ? bits : (unsigned) profile->widths.iova_bits.value;
        *ret_at_most = at_most ? at_most : units_at_most(profile);
}

/* The width of a virtio-iommu is also absent once the kernel's log has lost it. */
bool check_no_iommu(const Profile *profile) {
        const Fact *bits = &profile->widths.iova_bits;

        if (fact_known(bits) || bits->reason != REASON_ABSENT)
                return false;
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (profile->iommus[i].n_pci_devices > 0)
                        return false;
        return true;
}

static void miss_width(CheckRun *run, const ProfileGroup *group) {
        check_missing(run, "IOVA width of group %" PRIu32 " (%s)", group->id,
                        reason_to_string(group->bits_reason));
}

static void miss_groups(CheckRun *run) {
        /* In dom0 of Xen nothing is assigned with VFIO, which is a finding already. */
        if (run->profile->groups_reason != REASON_NONE && run->profile->groups_reason != REASON_XEN)
                check_missing(run, "IOMMU groups (%s)", reason_to_string(run->profile->groups_reason));
        for (size_t i = 0; i < run->profile->n_groups; i++) {
                const ProfileGroup *group = &run->profile->groups[i];

                if (group->bits == 0 && counts(group)) {
                        miss_width(run, group);
                        break;
                }
        }
        for (size_t i = 0; i < run->profile->n_groups; i++)
                if (run->profile->groups[i].regions_reason != REASON_NONE) {
                        check_missing(run, "reserved regions of the groups (%s)",
                                        reason_to_string(run->profile->groups[i].regions_reason));
                        break;
                }
}

static void reach_anywhere(CheckRun *run, size_t device) {
        const Fact *bits = &run->profile->widths.iova_bits;
        unsigned width = WIDTH_ANY, at_most = WIDTH_ANY;
        bool limited = false;

        /* Without a unit nothing can be assigned; see device.c. */
        if (check_no_iommu(run->profile))
                return;
        if (!fact_known(bits))
                check_missing_fact(run, "iovaBits", bits);
        else
                miss_groups(run);
        if (!fact_known(bits) && run->profile->n_groups == 0)
                return;
        if (fact_known(bits))
                anywhere_width(run->profile, &width, &at_most, &limited);
        if (run->anywhere.n == 0)
                anywhere_collect(run, width);
        Reach reach = {
                .usable = &run->anywhere,
                .device = device,
                .width = width,
                .at_most = at_most,
                .at_least = WIDTH_ANY,
                .limited = limited,
        };
        take_units(run->profile, &reach);
        add_reach(run, &reach);
}

/* Ranges that belong to the reach; r < 0: they could not be made. */
static void add_own(CheckRun *run, int r, const Reach *own) {
        Reach reach = *own;

        if (r < 0) {
                free_own(own->own);
                run->error = r;
                return;
        }
        reach.usable = reach.own;
        reach.at_most = reach.width;
        reach.at_least = WIDTH_ANY;
        add_reach(run, &reach);
}

/* Memory that meets a region is out of reach at any width, as is what the root complex does not pass on. */
static void reach_regions(CheckRun *run, const ProfileGroup *group, uint32_t domain, size_t device) {
        _cleanup_(range_set_done) RangeSet holes = {};
        RangeSet *own = calloc(1, sizeof(*own));
        MemoryLimit limit = memory_limit(run->profile, domain);
        unsigned width = limit.bits && !limit.bridge ? limit.bits : WIDTH_ANY;
        int r = own ? range_set_add(own, 0, width_end(width)) : -ENOMEM;

        for (size_t i = 0; i < group->regions.n && r >= 0; i++)
                if (group->regions.regions[i].type != RESERVED_DIRECT_RELAXABLE)
                        r = range_set_add(&holes, group->regions.regions[i].start,
                                        group->regions.regions[i].end);
        if (r >= 0)
                r = range_set_subtract(own, &holes);
        if (r >= 0)
                r = memory_limit_intersect(&limit, own);
        add_own(run, r,
                        &(Reach){ .own = own,
                                        .regions = &group->regions,
                                        .device = device,
                                        .width = width,
                                        .limited = limit.bits > 0 });
}

static void reach_group(CheckRun *run, const ProfileGroup *group, uint32_t domain, size_t device) {
        /* Such a group is closed to guests: R6. */
        if (group->why == ASSIGNABLE_WHY_DIRECT_REGION && group->assignable == TRISTATE_NO)
                return;
        if (group->bits == 0) {
                miss_width(run, group);
                if (group->regions_reason == REASON_NONE)
                        reach_regions(run, group, domain, device);
        } else if (group->regions_reason != REASON_NONE)
                check_missing(run, "reserved regions of group %" PRIu32 " (%s)", group->id,
                                reason_to_string(group->regions_reason));
        else {
                Reach reach = {
                        .usable = &group->usable,
                        .regions = &group->regions,
                        .device = device,
                        .width = group->bits,
                        .at_most = group_at_most(run->profile, group),
                        .at_least = WIDTH_ANY,
                        .limited = memory_limit_bounds(run->profile, group),
                };

                take_unit(run->profile, group->iommu, &reach);
                add_reach(run, &reach);
        }
}

/* A hypervisor has no groups, and all units have the same width. Its devices get all of the guest's memory mapped,
 * whatever they can address. */
static void reach_hypervisor(CheckRun *run, size_t device) {
        const Profile *profile = run->profile;
        const Fact *bits = &profile->widths.iova_bits;
        const bool amd = profile->host.vendor == CPU_VENDOR_AMD || profile->host.vendor == CPU_VENDOR_HYGON;
        const unsigned width = fact_known(bits) ? (unsigned) bits->value : WIDTH_ANY;
        RangeSet *own = calloc(1, sizeof(*own));
        RangeSet holes = {};
        int r = own ? range_set_add(own, 0, width_end(width)) : -ENOMEM;

        if (!fact_known(bits))
                check_missing_fact(run, "iovaBits", bits);
        run->hole = (ReservedRegion){ HYPERTRANSPORT_START, HYPERTRANSPORT_END, RESERVED_RESERVED,
                "reserved" };
        run->holes = (ReservedRegions){ amd, &run->hole };
        if (r >= 0 && amd)
                r = range_set_add(&holes, HYPERTRANSPORT_START, HYPERTRANSPORT_END);
        if (r >= 0 && amd)
                r = range_set_subtract(own, &holes);
        range_set_done(&holes);
        for (size_t i = 0; r >= 0 && run->anywhere.n < own->n; i++)
                r = range_set_add(&run->anywhere, own->ranges[i].start, own->ranges[i].end);
        add_own(run, r, &(Reach){ .own = own, .regions = &run->holes, .device = device, .width = width });
}

void reach_collect(CheckRun *run) {
        for (size_t i = 0; i < run->guest->n_devices; i++) {
                const GuestDevice *device = &run->guest->devices[i];
                const ProfileDevice *host;

                /* Its driver pins memory; no IOMMU maps it (mediated.c). */
                if (!device->assigned || device->mediated)
                        continue;
                run->assigned = true;
                host = check_device(run, device);
                if (vmm_of(run->guest)->hypervisor && run->profile->xen.role != XEN_ROLE_CONTROL)
                        continue; /* it does not start there */
                if (vmm_of(run->guest)->hypervisor)
                        reach_hypervisor(run, i);
                else if (!device->has_address)
                        reach_anywhere(run, i);
                else if (host && host->group >= 0)
                        reach_group(run, &run->profile->groups[host->group], host->address.domain, i);
        }
}

void reach_release(CheckRun *run) {
        for (size_t i = 0; i < run->n_reaches; i++)
                free_own(run->reaches[i].own);
        free(run->reaches);
        run->reaches = NULL;
        run->n_reaches = 0;
        range_set_done(&run->anywhere);
}
