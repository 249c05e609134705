/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The reserved regions of a host, one line for each distinct one however many groups have it. */

#include "profile/profile.h"

typedef struct HostRegion {
        ReservedRegion region;
        size_t n_groups;
        uint32_t first_group;
} HostRegion;

typedef struct HostRegions {
        size_t n;
        HostRegion *regions; /* by start */
} HostRegions;

void host_regions_done(HostRegions *regions);

/* -ENOMEM. */
int host_regions_collect(const Profile *profile, HostRegions *ret);

/* What a region is, in words. */
const char *region_meaning(const ReservedRegion *region);
