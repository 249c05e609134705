/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

/* By address, in profile->devices (sorted). NULL if not found. */
ProfileDevice *device_lookup(const Profile *profile, const PciAddress *address);

/* By name as in sysfs; NULL if not a PCI address. */
ProfileDevice *device_lookup_name(const Profile *profile, const char *name);

/* A mediated device by UUID in lower case. */
const ProfileMediated *device_lookup_mediated(const Profile *profile, const char *uuid);
