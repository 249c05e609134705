/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What must be true of a guest that is said to be safe, by arithmetic of the tests' own: nothing of it calls the project's
 * rules. From docs/check.md, and what QEMU, Cloud Hypervisor and VFIO do with addresses. */

#include "guest/layout/layout.h"
#include "profile/profile.h"

/* One way in which a guest is not safe; NULL: none was found. Words that stay. */
const char *judge_places(const Guest *guest, const Layout *layout);
const char *judge_memory(const Guest *guest, const Layout *layout);
const char *judge_width(const Guest *guest, const Profile *profile, const Layout *layout);
const char *judge_reach(const Guest *guest, const Profile *profile, const Layout *layout);
const char *judge_devices(const Guest *guest, const Profile *profile, const Layout *layout);
/* All of these. */
const char *judge_guest(const Guest *guest, const Profile *profile, const Layout *layout);
