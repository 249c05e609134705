/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Finds parts of a profile that are the same as in a former one, so that their text is not written again. */

#include "profile/profile.h"

/* The fingerprint of the same group or device in the former profile, or NULL if it is new or has changed. */
const Fingerprint *group_unchanged(const Profile *profile, const ProfileGroup *group, const Profile *former);
const Fingerprint *device_unchanged(
                const Profile *profile, const ProfileDevice *device, const Profile *former);

/* By id; groups are sorted by id. */
const ProfileGroup *group_lookup(const Profile *profile, uint32_t id);
