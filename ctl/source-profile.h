/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/options.h"
#include "profile/profile.h"

/* The profile of what the options name: this host, a tree, a capture. 0, or an exit status once the reason is on
 * standard error. */
int source_profile(const Options *options, Profile *ret);
