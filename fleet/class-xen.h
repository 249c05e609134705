/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Lines of a class's text that only domains of Xen have. */

#include "fleet/class-cursor.h"
#include "fleet/class-text.h"
#include "profile/profile.h"

void class_put_xen(Text *text, const Profile *host);

/* Without their letter. -EINVAL: not such a line. -ENOMEM. */
int class_read_xen(Cursor line, ProfileXen *xen);
int class_read_xen_region(Cursor line, ProfileXen *xen);
