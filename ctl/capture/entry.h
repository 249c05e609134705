/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Opens names in directories that others can write to: no links, no crossing of mounts. */

#include <stdbool.h>
#include <sys/stat.h>

typedef struct FileIdentity {
        dev_t device;
        ino_t inode;
} FileIdentity;

static inline FileIdentity file_identity(const struct stat *st) {
        return (FileIdentity){ st->st_dev, st->st_ino };
}

static inline bool file_identity_equal(const FileIdentity *a, const FileIdentity *b) {
        return a->device == b->device && a->inode == b->inode;
}

/* flags as for open(2), plus O_CLOEXEC and O_NOFOLLOW. -errno; -EXDEV: mount point. */
int entry_open(int directory, const char *name, int flags);

typedef struct Entry {
        int directory;    /* parent */
        const char *name; /* in it */
        const char *path; /* from the start of the walk */
        int error;        /* -errno of stat; st is then empty */
        struct stat st;
} Entry;

/* 0: continue; other values end the walk and are returned. */
typedef int (*EntryVisit)(const Entry *entry, void *userdata);

/* Visits everything below a directory, children before their directory. Takes over fd, even on failure.
 * -errno. */
int entry_walk(int fd, EntryVisit visit, void *userdata);

/* Removes the directory of that name and its contents if it is `self`. What cannot be removed stays. */
void entry_remove_tree(int directory, const char *name, const FileIdentity *self);
