/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A guest and the host that it is to run on, both drawn from bytes, along every axis that a check looks at: for the tests and
 * the fuzz target that hold whole checks to what must be true of them. */

#include "guest/guest.h"
#include "profile/profile.h"
#include "tests/unit/draw.h"

#define DRAWN_GROUPS_MAX 4
#define DRAWN_REGIONS_MAX 5
#define DRAWN_CASE_DEVICES_MAX 6
#define DRAWN_BARS_MAX 3
#define DRAWN_BYTES 512

typedef struct DrawnCase {
        Guest guest; /* points into the struct, as the profile does: nothing to free */
        GuestDevice devices[DRAWN_CASE_DEVICES_MAX];
        GuestNote ignored[1];
        Profile profile;
        ProfileIommu iommus[1];
        ProfileGroup groups[DRAWN_GROUPS_MAX];
        ProfileDevice host_devices[DRAWN_GROUPS_MAX];
        ProfileBar bars[DRAWN_GROUPS_MAX][DRAWN_BARS_MAX];
        ReservedRegion regions[DRAWN_GROUPS_MAX][DRAWN_REGIONS_MAX];
        Range usable[DRAWN_GROUPS_MAX][DRAWN_REGIONS_MAX + 1];
        HostRegion all_regions[DRAWN_GROUPS_MAX * DRAWN_REGIONS_MAX];
        char names[DRAWN_GROUPS_MAX][16];
        char *members[DRAWN_GROUPS_MAX];
} DrawnCase;

void drawn_case(const uint8_t *data, size_t n, DrawnCase *ret);

/* Its halves: drawn-host.c, then drawn-machine.c, whose devices are some of the host's. */
void drawn_host(Draw *from, DrawnCase *ret);
void drawn_machine(Draw *from, DrawnCase *ret);
/* A size of BAR, 4 KiB to 1 TiB. */
uint64_t drawn_bar(Draw *from);
