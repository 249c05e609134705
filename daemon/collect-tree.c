/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/collect-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "daemon/requests.h"
#include "daemon/write-file.h"
#include "probe/cleanup.h"

#define PAUSE_MSEC 20

/* Opens the directory of path's last component; creates directories as needed. */
static int open_above(int fd, const char *path, const char **ret_name) {
        int directory = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        const char *slash;
        char name[NAME_MAX + 1];

        for (; directory >= 0 && (slash = strchr(path, '/')); path = slash + 1) {
                size_t n = (size_t) (slash - path);
                int next = -1, r = -ENAMETOOLONG;

                if (n < sizeof(name)) {
                        memcpy(name, path, n);
                        name[n] = 0;
                        r = mkdirat(directory, name, 0750) < 0 && errno != EEXIST ? -errno : 0;
                }
                if (r >= 0) {
                        next = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
                        r = next < 0 ? -errno : 0;
                }
                close(directory);
                if (r < 0)
                        return r;
                directory = next;
        }
        *ret_name = path;
        return directory < 0 ? -errno : directory;
}

int collect_write(int fd, const char *path, Bytes content) {
        const char *name;
        _cleanup_close_ int directory = open_above(fd, path, &name);

        if (directory < 0)
                return directory;
        return replace_file_at(directory, name, content.data, content.n, "");
}

static uint64_t now_msec(void) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (uint64_t) now.tv_sec * 1000 + (uint64_t) now.tv_nsec / 1000000;
}

int collect_lock(int fd, unsigned seconds) {
        const struct timespec pause = { .tv_nsec = PAUSE_MSEC * 1000000 };
        uint64_t end = now_msec() + seconds * 1000;
        _cleanup_close_ int file = openat(fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
        int lock;

        if (file < 0)
                return -errno;
        while (flock(file, LOCK_EX | LOCK_NB) < 0) {
                if (errno != EWOULDBLOCK && errno != EINTR)
                        return -errno;
                if (now_msec() >= end)
                        return -EAGAIN;
                (void) nanosleep(&pause, NULL);
        }
        lock = file;
        file = -1;
        return lock;
}

int collect_requests(int fd) {
        if (mkdirat(fd, REQUESTS_DIRECTORY, 0750) < 0 && errno != EEXIST)
                return -errno;
        return requests_open(fd);
}
