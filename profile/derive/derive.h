/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Facts to meaning. */

#include "probe/source/facts.h"
#include "profile/profile.h"

/* Fills the whole profile: widths, paging, encryption, units, groups, devices, memory, firmware, findings and digest. It
 * shares the firmware's tables with the facts. `former`, which may be NULL, saves work on what has not changed since.
 * -ENOMEM only. */
int profile_derive(const Facts *facts, const Profile *former, Profile *ret);

/* Gather and derive in one: what every reader wants. -ENOMEM only. */
int profile_probe(Root *root, Profile *ret);
