/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the service may not read, in its log: each thing once, however often it is tried. */

#include <stdbool.h>

#include "profile/profile.h"

typedef struct Refusals {
        size_t n;
        const char *told[PROFILE_REFUSED_MAX]; /* the profile's static strings */
} Refusals;

/* `collector`: one is there to read for the service. */
void refusals_tell(Refusals *refusals, const Profile *profile, bool collector);
