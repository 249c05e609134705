/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One plan for the whole guest: the fewest changes that make it as safe as changes of the guest can. */

#include "guest/rules/run.h"

/* Fills check->plan, and in_plan of its findings. Nothing where no change helps. -ENOMEM. */
int plan_search(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Check *check);
