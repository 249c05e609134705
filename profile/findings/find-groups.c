/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "profile/architecture.h"
#include "profile/findings/findings.h"

/* "0000:01:00.0, 0000:01:00.1 and 3 more" */
static void list_members(const ProfileGroup *group, char *ret, size_t size) {
        size_t n = 0, shown = group->n_members <= 4 ? group->n_members : 3;

        ret[0] = 0;
        for (size_t i = 0; i < shown && n < size; i++)
                n += (size_t) snprintf(ret + n, size - n, "%s%s", i ? ", " : "", group->members[i]);
        if (shown < group->n_members && n < size)
                snprintf(ret + n, size - n, " and %zu more", group->n_members - shown);
}

static const ReservedRegion *direct_region(const ProfileGroup *group) {
        for (size_t i = 0; i < group->regions.n; i++)
                if (group->regions.regions[i].type == RESERVED_DIRECT)
                        return &group->regions.regions[i];
        return NULL;
}

/* Linux 6.1 on AMD: VFIO accepts the device and only excludes the addresses for the guest. */
static void find_mapping_not_kept(const Profile *profile, const ProfileGroup *group,
                const ReservedRegion *region, FindingList *list) {
        char members[256];

        list_members(group, members, sizeof(members));
        Finding *f = finding_add(list, FINDING_DIRECT_MAPPING_NOT_KEPT, SEVERITY_WARNING, "group %" PRIu32,
                        group->id);
        finding_summary(f,
                        "Group %" PRIu32
                        " can be assigned, but loses the identity mapping that firmware requests",
                        group->id);
        finding_detail(f,
                        "%s: 0x%" PRIx64 "-0x%" PRIx64
                        " (%s). This kernel allows the assignment; Linux 6.12 and later reject it.",
                        members, region->start, region->end, profile_is_arm64(profile) ? "RMR" : "IVMD");
        finding_remedy(f,
                        "Use another device, or disable the feature that uses the region in firmware setup. "
                        "After an update to Linux 6.12 or later, guests with this device do not start.");
}

static void find_direct_region(const Profile *profile, const ProfileGroup *group, FindingList *list) {
        const ReservedRegion *region = direct_region(group);
        char members[256];

        if (!region)
                return;
        if (group->assignable == TRISTATE_YES) {
                find_mapping_not_kept(profile, group, region, list);
                return;
        }
        if (group->why != ASSIGNABLE_WHY_DIRECT_REGION)
                return;
        list_members(group, members, sizeof(members));
        Finding *f = finding_add(list, FINDING_RMRR_DEVICE_NOT_ASSIGNABLE, SEVERITY_WARNING,
                        "group %" PRIu32, group->id);
        finding_summary(f,
                        group->assignable == TRISTATE_UNKNOWN
                                        ? "Group %" PRIu32
                                          " may not be assignable: firmware reserves a memory region for it"
                                        : "Group %" PRIu32
                                          " cannot be assigned: firmware reserves a memory region for it",
                        group->id);
        finding_detail(f, "%s: 0x%" PRIx64 "-0x%" PRIx64 " must stay identity-mapped (%s).", members,
                        region->start, region->end, profile_is_arm64(profile) ? "RMR" : "RMRR or IVMD");
        finding_remedy(f, "%s",
                        profile_is_arm64(profile)
                                        ? "Use another device, or update the firmware: it decides which "
                                          "devices need a region, and whether a region may be remapped."
                                        : "Disable the feature that uses the region in firmware setup "
                                          "(shared memory of a management controller, legacy USB), or use "
                                          "another slot or device.");
}

static void find_not_isolated(const ProfileGroup *group, FindingList *list) {
        char members[256], port[PCI_ADDRESS_TEXT_MAX];

        if (group->isolated != TRISTATE_NO)
                return;
        list_members(group, members, sizeof(members));
        Finding *f = finding_add(
                        list, FINDING_GROUP_NOT_ISOLATED, SEVERITY_WARNING, "group %" PRIu32, group->id);
        finding_summary(f, "Devices of group %" PRIu32 " can only be assigned together", group->id);
        if (group->lacks_acs) {
                pci_address_format(&group->missing_acs, port, sizeof(port));
                finding_detail(f, "%s share the group because %s does not support ACS isolation.", members,
                                port);
        } else
                finding_detail(f, "%s share the group because nothing isolates them from each other.",
                                members);
        finding_remedy(f,
                        "Assign all of them to one guest, move the card to a slot below another root port, "
                        "or "
                        "enable ACS in firmware setup.");
}

void find_groups(const Profile *profile, FindingList *list) {
        for (size_t i = 0; i < profile->n_groups; i++) {
                find_direct_region(profile, &profile->groups[i], list);
                find_not_isolated(&profile->groups[i], list);
        }
}
