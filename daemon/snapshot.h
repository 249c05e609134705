/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The facts that are kept between two readings, so that a change costs what changed. */

#include "probe/source/regather.h"
#include "profile/profile.h"

typedef struct Snapshot {
        const char *root;              /* path */
        const char *private_directory; /* NULL: none */
        bool told_private;             /* that it cannot be opened */
        Facts facts;
        bool stale; /* the facts may be old: the next reading is of everything */
} Snapshot;

/* Nothing is read yet. The strings stay the caller's. */
void snapshot_init(Snapshot *snapshot, const char *root, const char *private_directory);
void snapshot_done(Snapshot *snapshot);

/* Reads what changed and derives a whole profile. `former` is the profile of the last reading (zero before the first): it saves
 * work on what is unchanged. -errno. */
int snapshot_read(Snapshot *snapshot, const Changes *changes, const Profile *former, Profile *ret);

/* Undoes a reading that cannot be used after all: the next one is of everything. */
void snapshot_undo(Snapshot *snapshot, Profile *profile);
