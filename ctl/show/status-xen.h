/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the first screen says of a domain of Xen in place of what it says of other hosts. */

#include "ctl/show/screen.h"
#include "profile/profile.h"

/* True: there is nothing else to say of it. All are false outside of Xen. */
bool status_xen_host(const Profile *profile, const Screen *screen);
bool status_xen_iommus(const Profile *profile, const Screen *screen);
bool status_xen_holes(const Profile *profile, const Screen *screen);
bool status_xen_devices(const Profile *profile, const Screen *screen);
bool status_xen_paging(const Profile *profile, const Screen *screen);
