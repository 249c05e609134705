/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A host with nothing to say: 46-bit CPU, 5-level EPT, one 48-bit VT-d unit, one group with one card. Each test of a rule
 * changes one thing about it. */

#include "profile/profile.h"

typedef struct QuietHost {
        Profile profile;
        ProfileIommu iommus[2];
        ProfileGroup groups[2];
        ProfileDevice devices[2];
        ProfileBar bars[1];
        IomemEntry ranges[2];
        ReservedRegion regions[2];
        char *members[2];
        DmarUnit units[1];
        DmarRegion rmrrs[1];
} QuietHost;

/* Everything points into the fixture itself: nothing to free but the findings. */
void quiet_host_init(QuietHost *host);
