/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

void host_regions_done(HostRegions *regions);

/* The distinct reserved regions of all groups. -ENOMEM. */
int host_regions_collect(const Profile *profile, HostRegions *ret);

/* The meaning of a region of this host. */
const char *region_meaning(const Profile *profile, const ReservedRegion *region);
