/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

/* Computes profile->digest, one string to compare two hosts, or one host over time: a SHA-256 over the
 * canonical document (keys sorted, no blanks, without volatile parts and the digest). In it, each element of
 * "iommus", "groups", "devices" and "findings", and then each member, is replaced by its own SHA-256, so one
 * changed device costs only its own text.
 *
 * Also computes the fingerprints; `former`, which may be NULL, has those of unchanged parts. -ENOMEM. */
int profile_digest(Profile *profile, const Profile *former);

bool fingerprint_equal(const Fingerprint *a, const Fingerprint *b);
