/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Facts to profile. */

#include "probe/source/facts.h"
#include "profile/profile.h"

/* Fills the whole profile: widths, paging, encryption, units, groups, devices, memory, firmware, findings
 * and digest. It shares the firmware tables with the facts. `former` may be NULL; unchanged parts are not
 * computed again. -ENOMEM only. */
int profile_derive(const Facts *facts, const Profile *former, Profile *ret);

/* Gathers and derives in one call. -ENOMEM only. */
int profile_probe(Root *root, Profile *ret);
