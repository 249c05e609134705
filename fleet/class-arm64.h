/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines of a class's text that only hosts with arm64 or a device tree have. */

#include "fleet/class-cursor.h"
#include "fleet/class-text.h"
#include "profile/profile.h"

void class_put_arm64(Text *text, const Profile *host);

/* Without their letter. -EINVAL: not such a line. */
int class_read_cpu(Cursor line, ProfileHost *host);
int class_read_gic(Cursor line, ProfileHost *host);
int class_read_allowed(Cursor line, ProfileHost *host);
