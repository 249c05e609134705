/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/show/screen.h"
#include "profile/profile.h"

/* The findings, worst first, each with what to do; several of one kind are shown by their first. */
void status_findings(const Profile *profile, const Screen *screen);
