/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>

#include "probe/root/open-within.h"
#include "probe/root/root-internal.h"

/* ── with openat2(2) ───────────────────────────────────────────────────────────────────────────────────── */

static int open_in_root(int fd, const char *path, int flags) {
        return open_within(fd, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

/* ── without: component by component ───────────────────────────────────────────────────────────────────── */

static bool only_root_writes(const struct stat *st) {
        return st->st_uid == 0 && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* Opens without following links; -EPERM if a user other than root could have created the entry. */
static int open_component(int directory, const char *name, int flags, bool last) {
        _cleanup_close_ int fd = openat(directory, name, flags | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;
        int opened;

        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (S_ISLNK(st.st_mode)) {
                if (!last || !(flags & O_NOFOLLOW))
                        return -ELOOP;
        } else if (!only_root_writes(&st))
                return -EPERM;
        else if (!last && !S_ISDIR(st.st_mode))
                return -ENOTDIR;
        opened = fd;
        fd = -1;
        return opened;
}

static int open_by_component(int tree, const char *path, int flags) {
        _cleanup_close_ int above = open_component(tree, ".", O_PATH, false);
        char name[NAME_MAX + 1];

        while (above >= 0) {
                size_t n = strcspn(path, "/");
                bool last = path[n] == 0;
                int next;

                if (n >= sizeof(name))
                        return -ENAMETOOLONG;
                memcpy(name, path, n);
                name[n] = 0;
                if (strcmp(name, "..") == 0)
                        return -EXDEV;
                /* An empty component, as in "//", is the directory itself. */
                next = open_component(above, n ? name : ".", last ? flags : O_PATH, last);
                if (last || next < 0)
                        return next;
                close(above);
                above = next;
                path += n + 1;
        }
        return above;
}

/* ── the choice ────────────────────────────────────────────────────────────────────────────────────────── */

int root_open_begin(Root *root) {
        int fd = open_in_root(root->fd, ".", O_PATH);

        root->without_openat2 = fd == -ENOSYS || fd == -EPERM;
        /* A live host has no outside; a tree must be writable only by root. */
        if (root->without_openat2 && !root->live) {
                int why = fd;

                fd = open_component(root->fd, ".", O_PATH, false);
                if (fd == -EPERM)
                        fd = why;
        }
        if (fd >= 0)
                close(fd);
        return fd < 0 && !(root->live && root->without_openat2) ? fd : 0;
}

int root_openat(const Root *root, const char *path, int flags) {
        int fd;

        if (!root->without_openat2)
                return open_in_root(root->fd, path, flags);
        if (!root->live)
                return open_by_component(root->fd, path, flags);
        fd = openat(root->fd, path, flags | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}
