/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive.h"

#include "profile/change/digest.h"
#include "profile/derive/derive-steps.h"
#include "profile/findings/findings.h"
#include "profile/host-regions.h"

/* The tables move over whole: they are large, and a profile outlives the facts. */
void profile_take_tables(Profile *profile, Facts *facts) {
        AcpiFacts *acpi = &facts->acpi;

        profile->firmware = (ProfileFirmware){
                .dmar_reason = acpi->dmar_reason,
                .ivrs_reason = acpi->ivrs_reason,
                .dmar = acpi->dmar,
                .dmar_faults = acpi->dmar_faults,
                .ivrs = acpi->ivrs,
                .ivrs_faults = acpi->ivrs_faults,
        };
        acpi->dmar = (Dmar){};
        acpi->dmar_faults = (FaultList){};
        acpi->ivrs = (Ivrs){};
        acpi->ivrs_faults = (FaultList){};
}

void profile_give_back(Profile *profile, Facts *facts) {
        facts->acpi = (AcpiFacts){
                .dmar_reason = profile->firmware.dmar_reason,
                .ivrs_reason = profile->firmware.ivrs_reason,
                .dmar = profile->firmware.dmar,
                .dmar_faults = profile->firmware.dmar_faults,
                .ivrs = profile->firmware.ivrs,
                .ivrs_faults = profile->firmware.ivrs_faults,
        };
        profile->firmware = (ProfileFirmware){};
}

static int derive_parts(Facts *facts, const Profile *former, Profile *profile) {
        int r;

        derive_host(facts, &profile->host);
        derive_encryption(facts, &profile->encryption);
        derive_paging(facts, &profile->paging);
        derive_cpu_widths(facts, &profile->encryption, &profile->widths);
        derive_guest_widths(facts, &profile->paging, &profile->widths);
        profile_take_tables(profile, facts);

        r = derive_iommus(facts, profile);
        if (r < 0)
                return r;
        derive_iova_width(profile, &profile->widths);
        derive_safe_widths(&profile->widths);
        r = derive_devices(facts, profile);
        if (r < 0)
                return r;
        r = derive_mediated(facts, profile);
        if (r < 0)
                return r;
        r = derive_groups(facts, profile);
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
        derive_refused(facts, profile);
        r = profile_find(profile, &profile->findings);
        if (r < 0)
                return r;
        return profile_digest(profile, former);
}

int profile_derive(Facts *facts, const Profile *former, Profile *ret) {
        Profile profile = {};
        int r;

        r = derive_parts(facts, former, &profile);
        if (r < 0) {
                profile_give_back(&profile, facts);
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
