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
        bool lent;  /* the last profile's firmware tables are those of the one before it */
} Snapshot;

/* Nothing is read yet. The strings stay the caller's. */
void snapshot_init(Snapshot *snapshot, const char *root, const char *private_directory);
void snapshot_done(Snapshot *snapshot);

/* Reads what changed and derives a whole profile. `former` is the profile of the last reading (zero before the first): it
 * lends what is unchanged and loses its firmware tables to the new one; on failure it keeps them. -errno. */
int snapshot_read(Snapshot *snapshot, const Changes *changes, Profile *former, Profile *ret);

/* Undoes a reading that cannot be used after all: `former` is as it was, `profile` is empty. */
void snapshot_undo(Snapshot *snapshot, Profile *former, Profile *profile);
