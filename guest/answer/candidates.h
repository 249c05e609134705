/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "guest/change.h"
#include "guest/rules/check.h"

#define REMEDY_CANDIDATES_MAX 64

/* What may help against a finding, the smallest change first. How many. Places as of check_places(). */
size_t remedy_candidates(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                const Check *check, const CheckFinding *finding, Change ret[REMEDY_CANDIDATES_MAX]);
