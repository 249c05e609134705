/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/profile.h"

#include <stdlib.h>

#include "profile/host-regions.h"

static void group_done(ProfileGroup *group) {
        for (size_t i = 0; i < group->n_members; i++)
                free(group->members[i]);
        free(group->members);
        reserved_regions_done(&group->regions);
        range_set_done(&group->usable);
}

void profile_done(Profile *profile) {
        free(profile->iommus);
        for (size_t i = 0; i < profile->n_groups; i++)
                group_done(&profile->groups[i]);
        free(profile->groups);
        for (size_t i = 0; i < profile->n_devices; i++)
                free(profile->devices[i].bars);
        free(profile->devices);
        free(profile->mediated);
        dmar_done(&profile->firmware.dmar);
        fault_list_done(&profile->firmware.dmar_faults);
        ivrs_done(&profile->firmware.ivrs);
        fault_list_done(&profile->firmware.ivrs_faults);
        free(profile->memory.ranges);
        range_set_done(&profile->memory.hot_added);
        host_regions_done(&profile->regions);
        range_set_done(&profile->reserved);
        range_set_done(&profile->usable_iova);
        finding_list_done(&profile->findings);
        *profile = (Profile){};
}
