/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

/* SHA-256 over the canonical document into profile->digest: two hosts, or one host before and after, compare in
 * one string. -ENOMEM only. */
int profile_digest(Profile *profile);
