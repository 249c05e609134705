/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/unchanged.h"

#include <string.h>

#include "profile/device-lookup.h"

bool profiles_comparable(const Profile *profile, const Profile *former) {
        if (profile->n_iommus != former->n_iommus)
                return false;
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (strcmp(profile->iommus[i].name, former->iommus[i].name) != 0)
                        return false;
        return true;
}

static bool same_bytes(const void *a, const void *b, size_t n) {
        return n == 0 || memcmp(a, b, n) == 0;
}

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

static bool same_regions(const ReservedRegions *a, const ReservedRegions *b) {
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++) {
                const ReservedRegion *x = &a->regions[i], *y = &b->regions[i];

                if (x->start != y->start || x->end != y->end || strcmp(x->word, y->word) != 0)
                        return false;
        }
        return true;
}

static bool same_members(const ProfileGroup *a, const ProfileGroup *b) {
        if (a->n_members != b->n_members)
                return false;
        for (size_t i = 0; i < a->n_members; i++)
                if (strcmp(a->members[i], b->members[i]) != 0)
                        return false;
        return true;
}

/* The structs are compared as bytes, without what they point to; both were zeroed before they were filled. */
static ProfileGroup plain_group(const ProfileGroup *group) {
        ProfileGroup plain;

        memcpy(&plain, group, sizeof(plain));
        plain.members = NULL;
        plain.regions.regions = NULL;
        plain.usable.ranges = NULL;
        memset(&plain.fingerprint, 0, sizeof(plain.fingerprint));
        return plain;
}

const Fingerprint *group_unchanged(
                const Profile *profile, const ProfileGroup *group, const Profile *former) {
        const ProfileGroup *old = group_lookup(former, group->id);
        ProfileGroup a, b;

        if (!old)
                return NULL;
        a = plain_group(group);
        b = plain_group(old);
        if (memcmp(&a, &b, sizeof(a)) != 0 || !same_members(group, old) ||
                        !same_regions(&group->regions, &old->regions) ||
                        !same_bytes(group->usable.ranges, old->usable.ranges,
                                        group->usable.n * sizeof(Range)))
                return NULL;
        return &old->fingerprint;
}

/* A group's index moves when another comes before it; its id stays. */
static ProfileDevice plain_device(const Profile *profile, const ProfileDevice *device) {
        ProfileDevice plain;

        memcpy(&plain, device, sizeof(plain));
        plain.bars = NULL;
        if (plain.group >= 0)
                plain.group = (int) profile->groups[plain.group].id;
        memset(&plain.fingerprint, 0, sizeof(plain.fingerprint));
        return plain;
}

const Fingerprint *device_unchanged(
                const Profile *profile, const ProfileDevice *device, const Profile *former) {
        const ProfileDevice *old = device_lookup(former, &device->address);
        ProfileDevice a, b;

        if (!old)
                return NULL;
        a = plain_device(profile, device);
        b = plain_device(former, old);
        if (memcmp(&a, &b, sizeof(a)) != 0 ||
                        !same_bytes(device->bars, old->bars, device->n_bars * sizeof(ProfileBar)))
                return NULL;
        return &old->fingerprint;
}
