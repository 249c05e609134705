/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Facts to meaning. */

#include "probe/source/facts.h"
#include "profile/profile.h"

/* Fills the whole profile: widths, paging, encryption, units, groups, devices, memory, firmware, findings and
 * digest. Takes the firmware's tables over; the caller still calls facts_done(). `former`, which may be NULL, saves work on
 * what has not changed since. -ENOMEM only, and the facts are then as they were. */
int profile_derive(Facts *facts, const Profile *former, Profile *ret);

/* Hands the firmware's tables back to the facts they came from, to derive from them once more. */
void profile_give_back(Profile *profile, Facts *facts);

/* The other way round: the facts have no tables then. */
void profile_take_tables(Profile *profile, Facts *facts);

/* Gather and derive in one: what every reader wants. -ENOMEM only. */
int profile_probe(Root *root, Profile *ret);
