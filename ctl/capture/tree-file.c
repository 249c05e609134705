/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/tree-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ctl/capture/archive-policy.h"
#include "probe/cleanup.h"

#define OPEN_TRIES 1024

static int open_in(int fd, const char *path, int flags) {
        struct open_how how = {
                .flags = (uint64_t) (unsigned) (flags | O_CLOEXEC),
                .mode = flags & O_CREAT ? 0600 : 0,
                .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
        };
        long r = -1;

        /* EAGAIN: something, anywhere, was renamed while the kernel followed a "..", as in probe/root/root.c. */
        for (unsigned tries = 0; tries < OPEN_TRIES; tries++) {
                r = syscall(SYS_openat2, fd, path, &how, sizeof(how));
                if (r >= 0 || errno != EAGAIN)
                        break;
        }
        return r < 0 ? -errno : (int) r;
}

/* Splits at the last slash: the directory in buffer ("." for none) and the name. */
static const char *split(const char *path, char buffer[PATH_MAX]) {
        const char *slash = strrchr(path, '/');

        if (!slash) {
                snprintf(buffer, PATH_MAX, ".");
                return path;
        }
        snprintf(buffer, PATH_MAX, "%.*s", (int) (slash - path), path);
        return slash + 1;
}

int tree_make_directory(int fd, const char *path) {
        char above[PATH_MAX];
        int existing = open_in(fd, path, O_PATH | O_DIRECTORY), r;

        if (existing >= 0) {
                close(existing);
                return 0;
        }
        if (existing != -ENOENT)
                return existing;
        const char *name = split(path, above);
        if (strcmp(above, ".") != 0) {
                r = tree_make_directory(fd, above);
                if (r < 0)
                        return r;
        }
        _cleanup_close_ int parent = open_in(fd, above, O_PATH | O_DIRECTORY);
        if (parent < 0)
                return parent;
        return mkdirat(parent, name, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

static int open_above(int fd, const char *path, const char **ret_name) {
        char above[PATH_MAX];
        const char *name = split(path, above);
        int r = tree_make_directory(fd, above);

        if (r < 0)
                return r;
        *ret_name = name;
        return open_in(fd, above, O_PATH | O_DIRECTORY);
}

int tree_write_file(int fd, const char *path, Bytes content) {
        const char *name;
        _cleanup_close_ int parent = open_above(fd, path, &name);
        size_t done = 0;

        if (parent < 0)
                return parent;
        _cleanup_close_ int file =
                        openat(parent, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (file < 0)
                return -errno;
        while (done < content.n) {
                ssize_t n = write(file, content.data + done, content.n - done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                done += (size_t) n;
        }
        return 0;
}

int tree_write_link(int fd, const char *path, const char *target) {
        const ArchiveEntry entry = { .type = ARCHIVE_LINK, .path = path, .target = target };
        ArchiveTotals totals = {};
        char above[PATH_MAX], below[PATH_MAX];
        const char *name;

        /* What could not be unpacked again is not packed. */
        if (archive_refuse(&entry, &totals))
                return 0;
        _cleanup_close_ int parent = open_above(fd, path, &name);
        if (parent < 0)
                return parent;
        if (symlinkat(target, parent, name) < 0 && errno != EEXIST)
                return -errno;
        (void) split(path, above);
        if ((size_t) snprintf(below, sizeof(below), "%s/%s", above, target) >= sizeof(below))
                return -ENAMETOOLONG;
        return tree_make_directory(fd, below);
}

bool tree_has(int fd, const char *path) {
        struct stat st;

        return fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}
