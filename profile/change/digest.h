/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

/* profile->digest: two hosts, or one host before and after, compare in one string. It is a SHA-256 over the canonical
 * document (keys sorted, no blanks, without volatile parts and the digest itself) in which each element of the
 * arrays "iommus", "groups", "devices" and "findings", and then each member, stands as the SHA-256 of its own text:
 * so one changed device costs one device's text.
 *
 * Fills the fingerprints as well. `former`, which may be NULL, lends those of what has not changed since. -ENOMEM. */
int profile_digest(Profile *profile, const Profile *former);

bool fingerprint_equal(const Fingerprint *a, const Fingerprint *b);
