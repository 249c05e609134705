/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/assignment.h"

static const char *const obstacle_table[_OBSTACLE_MAX] = {
        [OBSTACLE_NO_IOMMU] = "no-iommu",
        [OBSTACLE_NO_GROUPS] = "no-groups",
        [OBSTACLE_DIRECT_REGION] = "direct-region",
        [OBSTACLE_BRIDGES_ONLY] = "bridges-only",
        [OBSTACLE_NO_INTERRUPT_REMAPPING] = "no-interrupt-remapping",
        [OBSTACLE_NOT_PCI] = "not-pci",
        [OBSTACLE_UNREADABLE] = "unreadable",
        [OBSTACLE_NOT_ASSIGNABLE] = "not-assignable",
};
WORDS_DEFINE(Obstacle, obstacle);

static const Obstacle obstacles[_ASSIGNABLE_WHY_MAX] = {
        [ASSIGNABLE_WHY_NONE] = OBSTACLE_UNREADABLE,
        [ASSIGNABLE_WHY_DIRECT_REGION] = OBSTACLE_DIRECT_REGION,
        [ASSIGNABLE_WHY_BRIDGES_ONLY] = OBSTACLE_BRIDGES_ONLY,
        [ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING] = OBSTACLE_NO_INTERRUPT_REMAPPING,
        [ASSIGNABLE_WHY_NO_IOMMU] = OBSTACLE_NO_IOMMU,
        [ASSIGNABLE_WHY_NOT_PCI] = OBSTACLE_NOT_PCI,
        [ASSIGNABLE_WHY_UNREADABLE] = OBSTACLE_UNREADABLE,
        [ASSIGNABLE_WHY_NOT_HANDED_OVER] = OBSTACLE_NOT_ASSIGNABLE,
        [ASSIGNABLE_WHY_SHARED_REGION] = OBSTACLE_DIRECT_REGION,
        [ASSIGNABLE_WHY_MSI_UNKNOWN] = OBSTACLE_UNREADABLE,
};

static uint8_t set_of(Obstacle why) {
        return (uint8_t) (1U << why);
}

/* As in the rules of compare: no unit owns a PCI device, which is a fact and not a gap. */
static bool without_iommu(const Profile *profile) {
        const Fact *iova = &profile->widths.iova_bits;

        return !fact_known(iova) && iova->reason == REASON_ABSENT;
}

static bool has_group(const Profile *profile, Tristate assignable) {
        for (size_t i = 0; i < profile->n_groups; i++)
                if (profile->groups[i].assignable == assignable)
                        return true;
        return false;
}

static uint8_t obstacles_of(const Profile *profile, Tristate assignable) {
        uint8_t set = 0;

        for (size_t i = 0; i < profile->n_groups; i++)
                if (profile->groups[i].assignable == assignable)
                        set |= set_of(obstacles[profile->groups[i].why]);
        return set;
}

/* Each host has bridges: they are a reason only where there is no other. */
static uint8_t obstacles_of_all(const Profile *profile) {
        uint8_t set = obstacles_of(profile, TRISTATE_NO), bridges = set_of(OBSTACLE_BRIDGES_ONLY);

        if (set != bridges)
                set &= (uint8_t) ~bridges;
        return set ? set : set_of(OBSTACLE_NO_GROUPS);
}

/* A summary has no groups, and says so. */
static bool summary_says_no(const Profile *profile) {
        const Fact *with_devices = &profile->widths.safe_guest_bits_with_devices;

        return profile->groups_reason == REASON_NOT_APPLICABLE && !fact_known(with_devices) &&
                        with_devices->reason == REASON_NOT_APPLICABLE;
}

/* Devices that were not handed over yet count: as with a driver of VFIO, that is the administrator's to do. */
static Assignment assignment_by_xen(const Profile *profile) {
        const Fact *passthrough = &profile->xen.passthrough_hvm;
        uint8_t set = 0;

        if (!fact_known(passthrough))
                return (Assignment){ TRISTATE_UNKNOWN, passthrough->reason, 0 };
        if (!passthrough->value)
                return (Assignment){ TRISTATE_NO, REASON_NONE, set_of(OBSTACLE_NO_IOMMU) };
        if (profile->devices_reason ==
                        REASON_NOT_APPLICABLE) /* a class, which keeps the answer in `passthrough` */
                return (Assignment){ TRISTATE_YES, REASON_NONE, 0 };
        if (profile->devices_reason != REASON_NONE)
                return (Assignment){ TRISTATE_UNKNOWN, profile->devices_reason, 0 };
        for (size_t i = 0; i < profile->n_devices; i++) {
                const ProfileDevice *device = &profile->devices[i];

                if (device->xen_assignable != TRISTATE_NO ||
                                device->xen_why == ASSIGNABLE_WHY_NOT_HANDED_OVER)
                        return (Assignment){ TRISTATE_YES, REASON_NONE, 0 };
                if (device->xen_why != ASSIGNABLE_WHY_BRIDGES_ONLY)
                        set |= set_of(obstacles[device->xen_why]);
        }
        return (Assignment){ TRISTATE_NO, REASON_NONE,
                set                                  ? set
                                : profile->n_devices ? set_of(OBSTACLE_BRIDGES_ONLY)
                                                     : set_of(OBSTACLE_NO_GROUPS) };
}

Assignment assignment_of(const Profile *profile) {
        if (profile->xen.role == XEN_ROLE_CONTROL && profile->n_groups == 0)
                return assignment_by_xen(profile);
        if (without_iommu(profile))
                return (Assignment){ TRISTATE_NO, REASON_NONE, set_of(OBSTACLE_NO_IOMMU) };
        if (summary_says_no(profile))
                return (Assignment){ TRISTATE_NO, REASON_NONE, set_of(OBSTACLE_NOT_ASSIGNABLE) };
        if (profile->groups_reason != REASON_NONE)
                return (Assignment){ TRISTATE_UNKNOWN, profile->groups_reason, 0 };
        if (has_group(profile, TRISTATE_YES))
                return (Assignment){ TRISTATE_YES, REASON_NONE, 0 };
        if (has_group(profile, TRISTATE_UNKNOWN))
                return (Assignment){ TRISTATE_UNKNOWN, REASON_NONE,
                        obstacles_of(profile, TRISTATE_UNKNOWN) };
        return (Assignment){ TRISTATE_NO, REASON_NONE, obstacles_of_all(profile) };
}
