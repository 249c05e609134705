/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive.h"

#include "profile/change/digest.h"
#include "profile/derive/derive-steps.h"
#include "profile/derive/derive-xen.h"
#include "profile/derive/facts-architecture.h"
#include "profile/findings/findings.h"
#include "profile/host-regions.h"

/* Units, devices and groups. */
static int derive_devices_and_groups(const Facts *facts, const Facts *xen_facts, Profile *profile) {
        int r;

        r = derive_iommus(facts, profile);
        if (r < 0)
                return r;
        r = derive_xen_iommus(xen_facts, profile);
        if (r < 0)
                return r;
        r = derive_devices(facts, profile);
        if (r < 0)
                return r;
        derive_xen_device_units(profile);
        derive_xen_assignable(profile);
        derive_iova_width(profile, &profile->widths);
        derive_xen_iova(xen_facts, profile);
        derive_safe_widths(facts_are_arm64(facts), &profile->widths);
        r = derive_mediated(facts, profile);
        if (r < 0)
                return r;
        r = derive_groups(facts, profile);
        if (r < 0)
                return r;
        derive_group_reasons(facts, profile);
        return 0;
}

/* On Xen, `facts` are those of them that hold for the host, and `all` what Linux believes, too. */
static int derive_parts(const Facts *facts, const Facts *all, const Profile *former, Profile *profile) {
        int r;

        derive_host(all, &profile->host);
        derive_encryption(facts, &profile->encryption);
        derive_paging(facts, &profile->paging);
        derive_cpu_widths(facts, &profile->encryption, &profile->widths);
        derive_guest_widths(facts, &profile->paging, &profile->widths);
        derive_xen_host(all, profile);
        profile->firmware = firmware_tables_share(&facts->acpi);

        r = derive_devices_and_groups(facts, all, profile);
        if (r < 0)
                return r;
        r = host_regions_collect(profile, &profile->regions);
        if (r < 0)
                return r;
        r = derive_reserved(profile);
        if (r < 0)
                return r;
        r = derive_memory(facts, &profile->memory);
        if (r < 0)
                return r;
        r = derive_xen_memory(all, profile);
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
        Facts view;
        int r;

        r = derive_xen(facts, &profile.xen);
        if (r >= 0) {
                bool on_xen = derive_xen_view(facts, &profile.xen, &view);

                r = derive_parts(on_xen ? &view : facts, facts, former, &profile);
        }
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
