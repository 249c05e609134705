/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Facts kept between readings, so that only changes are read. */

#include "probe/source/regather.h"
#include "profile/profile.h"

typedef struct Snapshot {
        const char *root;              /* path */
        const char *private_directory; /* NULL: none */
        bool told_private;             /* open failure logged */
        Facts facts;
        bool stale; /* facts may be old: read everything next time */
} Snapshot;

/* Reads nothing yet. The caller keeps the strings. */
void snapshot_init(Snapshot *snapshot, const char *root, const char *private_directory);
void snapshot_done(Snapshot *snapshot);

/* Reads changes and derives a whole profile. `former` is the previous profile (zero at first), used to
 * save work on unchanged parts. -errno. */
int snapshot_read(Snapshot *snapshot, const Changes *changes, const Profile *former, Profile *ret);

/* Discards an unusable reading: the next one reads everything. */
void snapshot_undo(Snapshot *snapshot, Profile *profile);
