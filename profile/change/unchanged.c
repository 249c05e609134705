/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/unchanged.h"

#include "profile/device-lookup.h"
#include "profile/field/tables.h"

const ProfileGroup *group_lookup(const Profile *profile, uint32_t id) {
        size_t low = 0, high = profile->n_groups;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (profile->groups[middle].id == id)
                        return &profile->groups[middle];
                if (profile->groups[middle].id < id)
                        low = middle + 1;
                else
                        high = middle;
        }
        return NULL;
}

const Fingerprint *group_unchanged(
                const Profile *profile, const ProfileGroup *group, const Profile *former) {
        const ProfileGroup *old = group_lookup(former, group->id);
        const FieldContext now = { profile }, before = { former };

        return old && fields_equal(&group_table, &now, group, &before, old) ? &old->fingerprint : NULL;
}

const Fingerprint *device_unchanged(
                const Profile *profile, const ProfileDevice *device, const Profile *former) {
        const ProfileDevice *old = device_lookup(former, &device->address);
        const FieldContext now = { profile }, before = { former };

        return old && fields_equal(&device_table, &now, device, &before, old) ? &old->fingerprint : NULL;
}
