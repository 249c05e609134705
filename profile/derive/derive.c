/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive.h"

#include "profile/change/digest.h"
#include "profile/derive/derive-steps.h"
#include "profile/derive/facts-architecture.h"
#include "profile/findings/findings.h"
#include "profile/host-regions.h"

static int derive_parts(const Facts *facts, const Profile *former, Profile *profile) {
        int r;

        derive_host(facts, &profile->host);
        derive_encryption(facts, &profile->encryption);
        derive_paging(facts, &profile->paging);
        derive_cpu_widths(facts, &profile->encryption, &profile->widths);
        derive_guest_widths(facts, &profile->paging, &profile->widths);
        profile->firmware = firmware_tables_share(&facts->acpi);

        r = derive_iommus(facts, profile);
        if (r < 0)
                return r;
        r = derive_devices(facts, profile);
        if (r < 0)
                return r;
        derive_iova_width(profile, &profile->widths);
        derive_safe_widths(facts_are_arm64(facts), &profile->widths);
        r = derive_mediated(facts, profile);
        if (r < 0)
                return r;
        r = derive_groups(facts, profile);
        if (r < 0)
                return r;
        derive_group_reasons(facts, profile);
        r = host_regions_collect(profile, &profile->regions);
        if (r < 0)
                return r;
        r = derive_reserved(profile);
        if (r < 0)
                return r;
        r = derive_memory(facts, &profile->memory);
        if (r < 0)
                return r;
        derive_refused(facts, profile);
        r = profile_find(profile, &profile->findings);
        if (r < 0)
                return r;
        return profile_digest(profile, former);
}

int profile_derive(const Facts *facts, const Profile *former, Profile *ret) {
        Profile profile = {};
        int r;

        r = derive_parts(facts, former, &profile);
        if (r < 0) {
                profile_done(&profile);
                return r;
        }
        *ret = profile;
        return 0;
}

int profile_probe(Root *root, Profile *ret) {
        _cleanup_(facts_done) Facts facts = {};
        int r;

        r = facts_gather(root, &facts);
        if (r < 0)
                return r;
        return profile_derive(&facts, NULL, ret);
}
