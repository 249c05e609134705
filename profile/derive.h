/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Facts to meaning. */

#include "probe/source/facts.h"
#include "profile/profile.h"

/* Fills the whole profile: widths, paging, encryption, units, groups, devices, memory, firmware, findings and
 * digest. Takes over what it keeps of the facts (tables, names); the caller still calls facts_done().
 * -ENOMEM only. */
int profile_derive(Facts *facts, Profile *ret);

/* Gather and derive in one: what every reader wants. -ENOMEM only. */
int profile_probe(Root *root, Profile *ret);
