/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/collect-tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/write-file.h"
#include "probe/cleanup.h"

/* The directory that the path's last component stands in; makes it and those above. */
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
