/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/capture/archive-run.h"
#include "probe/root/memory-tree.h"

static int complain(const char *path, const char *what, int r) {
        fprintf(stderr, "hawctl: %s: %s\n", path, what);
        return r;
}

/* Without any of these the profile would have nothing but "absent". */
static const char *const marks[] = { "hawd", "proc", "sys" };
#define NO_HOST "not a host tree: there is neither hawd/ nor proc/ nor sys/ in it"

#define NO_MOUNTS "neither /proc nor /sys is here: mount them, or run hawctl outside of this chroot"

bool capture_is_host_tree(const char *path) {
        char mark[PATH_MAX];
        struct stat st;

        for (size_t i = 0; i < ELEMENTS(marks); i++)
                if ((size_t) snprintf(mark, sizeof(mark), "%s/%s", path, marks[i]) < sizeof(mark) &&
                                stat(mark, &st) == 0 && S_ISDIR(st.st_mode))
                        return true;
        return false;
}

static int open_directory(const char *path, CaptureRoot *ret) {
        int r;

        if (!capture_is_host_tree(path))
                return complain(path, strcmp(path, "/") == 0 ? NO_MOUNTS : NO_HOST, -EINVAL);
        r = root_open(path, &ret->root);
        return r < 0 ? complain(path, strerror(-r), r) : 0;
}

static bool tree_looks_like_host(const MemoryTree *tree) {
        const TreeNode *node;

        for (size_t i = 0; i < ELEMENTS(marks); i++)
                if (memory_tree_find(tree, marks[i], true, &node) >= 0)
                        return true;
        return false;
}

static int open_archive(const char *path, int fd, CaptureRoot *ret) {
        char why[ARCHIVE_WHY_MAX];
        MemoryTree *tree;
        int r = archive_run_unpack(fd, &tree, why);

        if (r < 0)
                return complain(path, r == -EBADMSG ? why : strerror(-r), r);
        if (!tree_looks_like_host(tree)) {
                memory_tree_free(tree);
                return complain(path, NO_HOST, -EINVAL);
        }
        r = root_open_memory(tree, &ret->root);
        return r < 0 ? complain(path, strerror(-r), r) : 0;
}

/* Opening some files has effects, and the name may change: reopens the file that was checked. */
static int reopen(int fd) {
        char link[64];
        int file;

        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        file = open(link, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        return file < 0 ? -errno : file;
}

int capture_open(const char *path, CaptureRoot *ret) {
        struct stat st;

        *ret = (CaptureRoot){};
        _cleanup_close_ int place = open(path, O_PATH | O_CLOEXEC);
        if (place < 0 || fstat(place, &st) < 0)
                return complain(path, strerror(errno), -errno);
        if (S_ISDIR(st.st_mode))
                return open_directory(path, ret);
        if (!S_ISREG(st.st_mode))
                return complain(path, "neither a directory nor a capture", -EINVAL);
        _cleanup_close_ int fd = reopen(place);
        if (fd < 0)
                /* It was there: what is missing is /proc. */
                return complain(path,
                                fd == -ENOENT ? "cannot be opened without /proc: mount it" : strerror(-fd),
                                fd);
        return open_archive(path, fd, ret);
}

void capture_close(CaptureRoot *capture) {
        capture->root = root_free(capture->root);
}
