/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

/* By address, in profile->devices (sorted). NULL when there is none. */
ProfileDevice *device_lookup(const Profile *profile, const PciAddress *address);

/* By name as sysfs writes it; NULL for what is no PCI address. */
ProfileDevice *device_lookup_name(const Profile *profile, const char *name);

/* A mediated device by its UUID in lower case. */
const ProfileMediated *device_lookup_mediated(const Profile *profile, const char *uuid);
