/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Names in directories that others may write to: opened through no link and across no mount. */

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

/* flags as for open(2); O_CLOEXEC and O_NOFOLLOW are added. -errno; -EXDEV: a mount point. */
int entry_open(int directory, const char *name, int flags);

typedef struct Entry {
        int directory;    /* that it is in */
        const char *name; /* there */
        const char *path; /* from where the walk started */
        int error;        /* -errno: it could not be looked at; st is then empty */
        struct stat st;
} Entry;

/* 0: go on; anything else ends the walk, which returns it. */
typedef int (*EntryVisit)(const Entry *entry, void *userdata);

/* Visits all that is below a directory, the entries of a directory before itself. Takes over fd, also on failure. -errno. */
int entry_walk(int fd, EntryVisit visit, void *userdata);

/* Removes the directory of that name with all that is in it, if it is that one. What cannot be removed stays. */
void entry_remove_tree(int directory, const char *name, const FileIdentity *self);
