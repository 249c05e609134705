/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which architecture a host has, by its kernel (uname -m). A profile that lacks the name is told by what only
 * one architecture has: a CPU vendor from CPUID, or stage-2 tables. A host may be neither: unknown is not a
 * "no" to the other question. */

#include <stdbool.h>

#include "profile/profile.h"

bool profile_is_x86(const Profile *profile);
bool profile_is_arm64(const Profile *profile);
