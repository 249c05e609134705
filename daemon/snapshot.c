/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/snapshot.h"

#include <errno.h>
#include <string.h>

#include "daemon/log.h"
#include "profile/derive/derive.h"

void snapshot_init(Snapshot *snapshot, const char *root, const char *private_directory) {
        *snapshot = (Snapshot){ .root = root, .private_directory = private_directory, .stale = true };
}

void snapshot_done(Snapshot *snapshot) {
        facts_done(&snapshot->facts);
}

/* Reopened for each reading: registers are read once per root, and a tree may have been replaced. */
static int open_root(Snapshot *snapshot, Root **ret) {
        Root *private_tree = NULL;
        int r = root_open(snapshot->root, ret);

        if (r < 0 || !snapshot->private_directory)
                return r;
        /* Without collected files, their values are unknown for lack of permission. */
        r = root_open(snapshot->private_directory, &private_tree);
        if (r >= 0)
                root_set_private(*ret, private_tree);
        else if (r != -ENOENT && !snapshot->told_private) {
                log_warning("Cannot read %s: %s. The output of hawd-collect is not used.",
                                snapshot->private_directory, strerror(-r));
                snapshot->told_private = true;
        }
        return 0;
}

int snapshot_read(Snapshot *snapshot, const Changes *changes, const Profile *former, Profile *ret) {
        const Changes everything = { .everything = true };
        _cleanup_(root_freep) Root *root = NULL;
        int r;

        r = open_root(snapshot, &root);
        if (r < 0)
                return r;
        r = facts_regather(root, snapshot->stale ? &everything : changes, &snapshot->facts);
        if (r >= 0)
                r = profile_derive(&snapshot->facts, former->digest[0] ? former : NULL, ret);
        snapshot->stale = r < 0;
        return r;
}

void snapshot_undo(Snapshot *snapshot, Profile *profile) {
        snapshot->stale = true;
        profile_done(profile);
}
