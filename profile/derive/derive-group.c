/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-steps.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/derive/facts-architecture.h"
#include "profile/device-lookup.h"
#include "profile/kernel-policy.h"
#include "profile/memory-limit.h"

#define CLASS_BRIDGE 0x06

static bool is_bridge(const ProfileDevice *device) {
        return device->ids_reason == REASON_NONE && device->class_code >> 16 == CLASS_BRIDGE;
}

/* ── reach ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Nor do addresses reach memory that the root complex does not pass on. */
static void apply_memory_limit(const Profile *profile, ProfileGroup *group, const size_t *indices, size_t n,
                unsigned *usable_bits) {
        for (size_t i = 0; i < n && group->bits > 0; i++) {
                MemoryLimit limit = memory_limit(profile, profile->devices[indices[i]].address.domain);

                if (limit.reason != REASON_NONE) {
                        group->bits = 0;
                        group->bits_reason = limit.reason;
                        return;
                }
                if (limit.bits > 0 && limit.bits < group->bits)
                        group->bits = limit.bits;
                if (!limit.bridge && group->bits < *usable_bits)
                        *usable_bits = group->bits;
        }
}

static int intersect_limits(const Profile *profile, ProfileGroup *group, const size_t *indices, size_t n) {
        int r = 0;

        for (size_t i = 0; i < n && r >= 0; i++) {
                MemoryLimit limit = memory_limit(profile, profile->devices[indices[i]].address.domain);

                r = memory_limit_intersect(&limit, &group->usable);
        }
        return r;
}

/* The narrowest unit of the group's devices limits it. */
static void derive_unit_bits(const Profile *profile, ProfileGroup *group, const size_t *indices, size_t n) {
        group->iommu = -1;
        group->bits_reason = REASON_ABSENT;
        for (size_t i = 0; i < n; i++) {
                int unit = profile->devices[indices[i]].iommu;

                if (unit < 0)
                        continue;
                const Fact *bits = &profile->iommus[unit].bits;
                if (!fact_known(bits)) {
                        group->iommu = unit;
                        group->bits = 0;
                        group->bits_reason = bits->reason;
                        return;
                }
                if (group->bits == 0 || bits->value < group->bits) {
                        group->iommu = unit;
                        group->bits = (uint8_t) bits->value;
                        group->bits_reason = REASON_NONE;
                }
        }
}

/* VFIO type1 and iommufd exclude all but relaxable regions. */
static bool subtracted(const ReservedRegion *region) {
        return region->type != RESERVED_DIRECT_RELAXABLE;
}

static int add_reserved(const ReservedRegions *regions, RangeSet *ret) {
        for (size_t i = 0; i < regions->n; i++)
                if (subtracted(&regions->regions[i]) &&
                                range_set_add(ret, regions->regions[i].start, regions->regions[i].end) < 0)
                        return -ENOMEM;
        return 0;
}

static int usable_below(unsigned width, const RangeSet *reserved, RangeSet *ret) {
        int r;

        r = range_set_add(ret, 0, width >= 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1);
        if (r < 0)
                return r;
        return range_set_subtract(ret, reserved);
}

static int derive_usable(ProfileGroup *group, unsigned bits) {
        _cleanup_(range_set_done) RangeSet reserved = {};
        int r;

        if (group->bits == 0 || group->regions_reason != REASON_NONE)
                return 0;
        r = add_reserved(&group->regions, &reserved);
        if (r < 0)
                return r;
        return usable_below(bits, &reserved, &group->usable);
}

int derive_reserved(Profile *profile) {
        int r;

        for (size_t i = 0; i < profile->n_groups; i++) {
                r = add_reserved(&profile->groups[i].regions, &profile->reserved);
                if (r < 0)
                        return r;
        }
        range_set_normalise(&profile->reserved);

        /* If one group's regions are unknown, the union is too wide. */
        for (size_t i = 0; i < profile->n_groups; i++)
                if (profile->groups[i].regions_reason != REASON_NONE)
                        return 0;
        if (!fact_known(&profile->widths.iova_bits) || profile->groups_reason != REASON_NONE)
                return 0;
        r = usable_below((unsigned) profile->widths.iova_bits.value, &profile->reserved,
                        &profile->usable_iova);
        if (r >= 0)
                r = derive_waiting_usable(profile, &profile->usable_iova);
        return r < 0 ? r : memory_limit_intersect_all(profile, &profile->usable_iova);
}

/* ── assignability ─────────────────────────────────────────────────────────────────────────────────────── */

static bool has_direct_region(const ProfileGroup *group) {
        for (size_t i = 0; i < group->regions.n; i++)
                if (group->regions.regions[i].type == RESERVED_DIRECT)
                        return true;
        return false;
}

/* Intel's driver rejects such devices in every kernel; the check for all drivers is newer. */
static Tristate direct_region_refused(
                const Facts *facts, const Profile *profile, const ProfileGroup *group) {
        int unit = group->iommu >= 0 ? group->iommu : profile->n_iommus > 0 ? 0 : -1;

        if (!has_direct_region(group))
                return TRISTATE_NO;
        if (unit >= 0 && profile->iommus[unit].kind == IOMMU_INTEL_VTD)
                return TRISTATE_YES;
        return kernel_goes(facts->host.kernel_release, KERNEL_REFUSES_DIRECT_REGIONS);
}

/* On arm64 only devices that use MSIs tell which controller they have, and some do not isolate them. */
static Tristate interrupts_isolated(
                const Facts *facts, const Profile *profile, const size_t *indices, size_t n) {
        if (facts->iommu.interrupt_remapping == TRISTATE_YES && facts_are_arm64(facts))
                for (size_t i = 0; i < n; i++)
                        if (!iommu_facts_isolate(&facts->iommu, profile->devices[indices[i]].address.domain))
                                return TRISTATE_UNKNOWN;
        return facts->iommu.interrupt_remapping;
}

/* That nothing was seen is another matter than what could not be read. */
static AssignableWhy unknown_isolation(const IommuFacts *facts) {
        Reason reason = facts->interrupt_remapping == TRISTATE_UNKNOWN ? facts->interrupt_remapping_reason
                                                                       : REASON_ABSENT;

        return reason == REASON_ABSENT || reason == REASON_AMBIGUOUS ? ASSIGNABLE_WHY_MSI_UNKNOWN
                                                                     : ASSIGNABLE_WHY_UNREADABLE;
}

static AssignableWhy why_not(const Facts *facts, const Profile *profile, const ProfileGroup *group,
                const size_t *indices, size_t n, Tristate direct) {
        const ParameterFact *unsafe = &facts->kvm.unsafe_type1;
        bool allowed = unsafe->reason == REASON_NONE && unsafe->value;
        Tristate remapping = interrupts_isolated(facts, profile, indices, n);
        size_t bridges = 0;

        if (strcmp(group->name, "vfio-noiommu") == 0)
                return ASSIGNABLE_WHY_NO_IOMMU;
        if (direct == TRISTATE_YES)
                return ASSIGNABLE_WHY_DIRECT_REGION;
        if (n == 0)
                return group->n_members > 0 ? ASSIGNABLE_WHY_NOT_PCI : ASSIGNABLE_WHY_UNREADABLE;
        for (size_t i = 0; i < n; i++)
                bridges += is_bridge(&profile->devices[indices[i]]);
        if (bridges == n)
                return ASSIGNABLE_WHY_BRIDGES_ONLY;
        if (remapping == TRISTATE_NO && !allowed)
                return ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING;
        if (remapping == TRISTATE_UNKNOWN && !allowed && facts_are_arm64(facts))
                return unknown_isolation(&facts->iommu);
        if (group->regions_reason != REASON_NONE)
                return ASSIGNABLE_WHY_UNREADABLE;
        return direct == TRISTATE_UNKNOWN ? ASSIGNABLE_WHY_DIRECT_REGION : ASSIGNABLE_WHY_NONE;
}

static void derive_assignable(const Facts *facts, const Profile *profile, ProfileGroup *group,
                const size_t *indices, size_t n) {
        Tristate direct = direct_region_refused(facts, profile, group);
        bool doubt;

        group->why = why_not(facts, profile, group, indices, n, direct);
        doubt = group->why == ASSIGNABLE_WHY_UNREADABLE || group->why == ASSIGNABLE_WHY_MSI_UNKNOWN ||
                        (group->why == ASSIGNABLE_WHY_DIRECT_REGION && direct == TRISTATE_UNKNOWN);
        group->assignable = group->why == ASSIGNABLE_WHY_NONE ? TRISTATE_YES
                        : doubt                               ? TRISTATE_UNKNOWN
                                                              : TRISTATE_NO;
}

/* ── isolation ─────────────────────────────────────────────────────────────────────────────────────────── */

static const PciAddress *physical_function(const ProfileDevice *device) {
        return device->is_vf ? &device->physical_function : &device->address;
}

/* Functions of one slot, or a PF with its VFs, are one card. */
static bool same_card(const ProfileDevice *a, const ProfileDevice *b) {
        const PciAddress *x = physical_function(a), *y = physical_function(b);

        return x->domain == y->domain && x->bus == y->bus && x->device == y->device;
}

/* The nearest port above a device without the ACS that grouping requires. */
static const ProfileDevice *unisolating_port(const Profile *profile, const ProfileDevice *device) {
        for (unsigned depth = 0; device->has_parent && depth < 32; depth++) {
                const ProfileDevice *parent = device_lookup(profile, &device->parent);

                if (!parent)
                        return NULL;
                if (parent->config_reason == REASON_NONE && parent->acs_missing != 0)
                        return parent;
                device = parent;
        }
        return NULL;
}

static void derive_isolated(const Profile *profile, ProfileGroup *group, const size_t *indices, size_t n) {
        const ProfileDevice *first = NULL;

        if (n == 0)
                return;
        group->isolated = TRISTATE_YES;
        for (size_t i = 0; i < n; i++) {
                const ProfileDevice *device = &profile->devices[indices[i]];

                if (is_bridge(device))
                        continue;
                if (!first)
                        first = device;
                else if (!same_card(first, device)) {
                        const ProfileDevice *port = unisolating_port(profile, first);

                        group->isolated = TRISTATE_NO;
                        if (port) {
                                group->missing_acs = port->address;
                                group->lacks_acs = true;
                        }
                        return;
                }
        }
}

/* ── all of a group ────────────────────────────────────────────────────────────────────────────────────── */

/* Finds the group's PCI devices as indices into profile->devices, and sets their group. */
static size_t find_members(Profile *profile, size_t g, size_t *indices) {
        const ProfileGroup *group = &profile->groups[g];
        size_t n = 0;

        for (size_t i = 0; i < group->n_members; i++) {
                ProfileDevice *device = device_lookup_name(profile, group->members[i]);

                if (!device)
                        continue;
                device->group = (int) g;
                indices[n++] = (size_t) (device - profile->devices);
        }
        return n;
}

/* The lists are copied because facts are updated when devices change. */
static int copy_lists(const GroupFact *fact, ProfileGroup *ret) {
        ret->members = calloc(fact->devices.n ? fact->devices.n : 1, sizeof(char *));
        ret->regions.regions = calloc(fact->regions.n ? fact->regions.n : 1, sizeof(ReservedRegion));
        if (!ret->members || !ret->regions.regions)
                return -ENOMEM;
        for (size_t i = 0; i < fact->devices.n; i++) {
                ret->members[i] = strdup(fact->devices.names[i]);
                if (!ret->members[i])
                        return -ENOMEM;
                ret->n_members++;
        }
        for (size_t i = 0; i < fact->regions.n; i++)
                ret->regions.regions[i] = fact->regions.regions[i];
        ret->regions.n = fact->regions.n;
        return 0;
}

static int derive_group(const Facts *facts, const GroupFact *fact, Profile *profile, size_t g) {
        ProfileGroup *group = &profile->groups[g];
        _cleanup_free_ size_t *indices = NULL;
        unsigned usable_bits;
        size_t n;
        int r;

        *group = (ProfileGroup){
                .id = fact->id,
                .type = fact->type,
                .type_reason = fact->type_reason,
                .regions_reason = fact->regions_reason,
        };
        memcpy(group->name, fact->name, sizeof(group->name));
        memcpy(group->type_word, fact->type_word, sizeof(group->type_word));

        r = copy_lists(fact, group);
        if (r < 0)
                return r;
        indices = calloc(group->n_members ? group->n_members : 1, sizeof(size_t));
        if (!indices)
                return -ENOMEM;
        n = find_members(profile, g, indices);
        derive_unit_bits(profile, group, indices, n);
        usable_bits = group->bits;
        apply_memory_limit(profile, group, indices, n, &usable_bits);
        derive_assignable(facts, profile, group, indices, n);
        derive_isolated(profile, group, indices, n);
        r = derive_usable(group, usable_bits);
        return r < 0 ? r : intersect_limits(profile, group, indices, n);
}

int derive_groups(const Facts *facts, Profile *profile) {
        const GroupFacts *groups = &facts->group;
        int r;

        profile->groups_reason = groups->reason;
        if (groups->n == 0)
                return 0;
        profile->groups = calloc(groups->n, sizeof(ProfileGroup));
        if (!profile->groups)
                return -ENOMEM;
        for (size_t i = 0; i < groups->n; i++) {
                profile->n_groups = i + 1;
                r = derive_group(facts, &groups->groups[i], profile, i);
                if (r < 0)
                        return r;
        }
        return 0;
}
