/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R6: regions that firmware or the host's interrupt controller reserves in the devices' address space. */

#include <string.h>

#include "guest/rules/run.h"
#include "profile/architecture.h"

/* How firmware of the host's architecture names the regions. */
static const char *region_names(const CheckRun *run) {
        return profile_is_arm64(run->profile) ? "RMR" : "RMRR or IVMD";
}

static CheckFinding *find_region(CheckRun *run, const ProfileGroup *group, const ReservedRegion *region,
                const char *subject) {
        const bool direct = region->type == RESERVED_DIRECT;

        if (!direct)
                return check_find(run, RULE_RESERVED, VERDICT_WARNING, subject,
                                "firmware reserves a memory region that the device may keep using in the "
                                "guest");
        if (group->assignable == TRISTATE_NO && group->why == ASSIGNABLE_WHY_DIRECT_REGION)
                return check_find(run, RULE_RESERVED, VERDICT_UNSAFE, subject,
                                "cannot be assigned: firmware reserves a memory region for it (%s)",
                                region_names(run));
        /* Kernels that release such a device only exclude the addresses that firmware reserves. */
        if (group->assignable == TRISTATE_YES)
                return check_find(run, RULE_RESERVED, VERDICT_WARNING, subject,
                                "firmware reserves a memory region for it, which this kernel does not keep "
                                "mapped in a guest");
        return check_find(run, RULE_RESERVED, VERDICT_WARNING, subject,
                        "may not be assignable: firmware reserves a memory region for it (%s)",
                        region_names(run));
}

static const char *region_advice(const CheckRun *run, const ReservedRegion *region) {
        if (region->type != RESERVED_DIRECT)
                return "if the device keeps using the region, the guest must leave these addresses free";
        return profile_is_arm64(run->profile)
                        ? "use firmware that does not reserve the region, or assign another device"
                        : "disable the feature that uses the region in firmware setup (shared memory of a "
                          "management controller, legacy USB), or assign another device";
}

void reserved_find(CheckRun *run, const ProfileGroup *group, const char *subject) {
        for (size_t i = 0; i < group->regions.n; i++) {
                const ReservedRegion *region = &group->regions.regions[i];
                CheckFinding *f;

                if (region->type != RESERVED_DIRECT && region->type != RESERVED_DIRECT_RELAXABLE)
                        continue;
                f = find_region(run, group, region, subject);
                check_numbers(run, f, "group %" PRIu32 " reserves 0x%" PRIx64 "-0x%" PRIx64 " (%s)",
                                group->id, region->start, region->end, region->word);
                check_advice(run, f, "%s", region_advice(run, region));
                f->start = region->start;
                f->end = region->end;
        }
}

/* ── memory that meets a region ────────────────────────────────────────────────────────────────────────── */

bool reserved_decides(const CheckRun *run, const ReservedRegion *region) {
        return region && profile_is_arm64(run->profile);
}

void reserved_advise(CheckRun *run, CheckFinding *finding, const LayoutRange *range,
                const ReservedRegion *region) {
        if (region->type == RESERVED_MSI && range->start == 0)
                check_advice(run, finding,
                                "the kernel of an arm64 host keeps these addresses for interrupts: a guest "
                                "whose memory starts at 0 meets them, one of QEMU's machine type virt, "
                                "whose memory starts at 1 GiB, does not");
}
