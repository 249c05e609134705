/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which parts of a profile publish what they did in a former one, so that their text need not be written again. */

#include "profile/profile.h"

/* The fingerprint of the same group or device in the former profile, or NULL when it was not there or has changed. */
const Fingerprint *group_unchanged(const Profile *profile, const ProfileGroup *group, const Profile *former);
const Fingerprint *device_unchanged(
                const Profile *profile, const ProfileDevice *device, const Profile *former);

/* By id, in the order of ids; NULL. */
const ProfileGroup *group_lookup(const Profile *profile, uint32_t id);
