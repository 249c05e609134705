/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What programs read that watch many hosts: DIR/summary.json and DIR/metrics.prom. Each is replaced as a
 * whole, and they stay when the service stops: a link of another program to a file that is missing is an
 * error to that program. */

#include "profile/profile.h"

/* Writes what differs from the files that are there. -errno of the first failure. */
int lasting_files_write(int fd, const Profile *profile);
