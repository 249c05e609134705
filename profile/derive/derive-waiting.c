/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Devices of arm64 hosts whose group is made when a driver binds. */

#include "probe/cleanup.h"
#include "profile/derive/derive-steps.h"
#include "profile/derive/facts-architecture.h"
#include "profile/iort-stream.h"
#include "profile/kernel-policy.h"

/* By the IORT: a group never comes, as long as the kernel does not drive the unit. */
static bool behind_idle_unit(const Profile *profile, const ProfileDevice *device) {
        const Iort *iort = &profile->firmware.iort;
        int unit = profile->firmware.iort_reason == REASON_NONE ? iort_stream(iort, &device->address).unit
                                                                : IORT_NO_UNIT;

        return unit >= 0 && !smmu_driven(profile, iort->units[unit].base);
}

/* On arm64 before Linux 6.15 a device without a driver has no group, and its reserved regions are unknown until it
 * has one. So may it be with a kernel that takes later drivers. Any other device without a group has no reason. */
void derive_group_reasons(const Facts *facts, Profile *profile) {
        bool late = facts_are_arm64(facts) && profile->n_iommus > 0 &&
                        kernel_groups_early(facts->host.kernel_release) != TRISTATE_YES;

        for (size_t i = 0; i < profile->n_devices; i++) {
                ProfileDevice *device = &profile->devices[i];

                device->group_reason = late && device->group < 0 && !*device->driver &&
                                                !behind_idle_unit(profile, device)
                                ? REASON_UNSUPPORTED_KERNEL
                                : REASON_NONE;
        }
}

static int add_ranges(const IortReserved *reserved, RangeSet *ret) {
        int r = 0;

        for (size_t i = 0; i < reserved->n_ranges && r >= 0; i++)
                r = range_set_add(ret, reserved->ranges[i].start, reserved->ranges[i].end);
        return r;
}

int derive_waiting_usable(const Profile *profile, RangeSet *usable) {
        _cleanup_(range_set_done) RangeSet regions = {};
        const Iort *iort = &profile->firmware.iort;
        int r = 0;

        for (size_t i = 0; i < profile->n_devices && iort->n_reserved > 0; i++) {
                const ProfileDevice *device = &profile->devices[i];

                if (device->group >= 0 || device->group_reason != REASON_UNSUPPORTED_KERNEL)
                        continue;
                IortStream stream = iort_stream(iort, &device->address);
                for (size_t j = 0; j < iort->n_reserved && r >= 0; j++)
                        if (iort_reserved_for(&iort->reserved[j], stream))
                                r = add_ranges(&iort->reserved[j], &regions);
                if (r < 0)
                        return r;
        }
        return range_set_subtract(usable, &regions);
}
