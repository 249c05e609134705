/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/entry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "probe/root/open-within.h"

#define DEPTH_MAX 64

typedef struct Walk {
        EntryVisit visit;
        void *userdata;
        char path[PATH_MAX];
} Walk;

int entry_open(int directory, const char *name, int flags) {
        return open_within(directory, name, flags | O_NOFOLLOW,
                        RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS);
}

static int walk_directory(Walk *walk, int fd, size_t n, unsigned depth);

static int visit_entry(Walk *walk, int directory, const char *name, size_t n, unsigned depth) {
        Entry entry = { .directory = directory, .name = name, .path = walk->path };
        _cleanup_close_ int fd = -EBADF;
        int length, r = 0;

        length = snprintf(walk->path + n, sizeof(walk->path) - n, "%s%s", n > 0 ? "/" : "", name);
        if (length < 0 || (size_t) length >= sizeof(walk->path) - n || depth == DEPTH_MAX)
                return -ENAMETOOLONG;
        fd = entry_open(directory, name, O_PATH);
        if (fd < 0 || fstat(fd, &entry.st) < 0)
                entry.error = fd < 0 ? fd : -errno;
        else if (S_ISDIR(entry.st.st_mode)) {
                int below = entry_open(directory, name, O_RDONLY | O_DIRECTORY);

                if (below < 0)
                        entry.error = below;
                else
                        r = walk_directory(walk, below, n + (size_t) length, depth + 1);
                walk->path[n + (size_t) length] = 0;
        }
        return r != 0 ? r : walk->visit(&entry, walk->userdata);
}

static int walk_directory(Walk *walk, int fd, size_t n, unsigned depth) {
        DIR *directory = fdopendir(fd);
        const struct dirent *entry;
        int r = 0;

        if (!directory) {
                r = -errno;
                close(fd);
                return r;
        }
        while (r == 0 && (errno = 0, entry = readdir(directory)))
                if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
                        r = visit_entry(walk, dirfd(directory), entry->d_name, n, depth);
        if (r == 0)
                r = -errno;
        closedir(directory);
        return r;
}

int entry_walk(int fd, EntryVisit visit, void *userdata) {
        Walk walk = { .visit = visit, .userdata = userdata };

        return walk_directory(&walk, fd, 0, 0);
}

static int remove_entry(const Entry *entry, void *userdata) {
        (void) unlinkat(entry->directory, entry->name, S_ISDIR(entry->st.st_mode) ? AT_REMOVEDIR : 0);
        return 0;
}

void entry_remove_tree(int directory, const char *name, const FileIdentity *self) {
        int fd = entry_open(directory, name, O_RDONLY | O_DIRECTORY);
        FileIdentity found;
        struct stat st;

        if (fd < 0)
                return;
        if (fstat(fd, &st) < 0 || (found = file_identity(&st), !file_identity_equal(&found, self))) {
                close(fd);
                return;
        }
        (void) entry_walk(fd, remove_entry, NULL);
        (void) unlinkat(directory, name, AT_REMOVEDIR);
}
