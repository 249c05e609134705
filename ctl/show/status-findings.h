/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/show/screen.h"
#include "profile/profile.h"

/* Prints findings with remedies, worst first; for several of one kind, the first only. */
void status_findings(const Profile *profile, const Screen *screen);
