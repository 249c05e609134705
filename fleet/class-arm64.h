/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines of a class's text that only hosts with arm64 or a device tree have. */

#include "fleet/class-text.h"
#include "profile/profile.h"

void class_put_arm64(Text *text, const Profile *host);
