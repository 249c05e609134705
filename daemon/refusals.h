/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Logs what the service may not read, once per item. */

#include <stdbool.h>

#include "profile/profile.h"

typedef struct Refusals {
        size_t n;
        const char *told[PROFILE_REFUSED_MAX]; /* the profile's static strings */
} Refusals;

/* `collector`: one reads for the service. */
void refusals_tell(Refusals *refusals, const Profile *profile, bool collector);
