/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/write-file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"

static int write_all(int fd, const void *bytes, size_t n) {
        const char *at = bytes;

        while (n > 0) {
                ssize_t done = write(fd, at, n);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done < 0)
                        return -errno;
                at += done;
                n -= (size_t) done;
        }
        return 0;
}

int write_file_at(int fd, const char *name, const void *bytes, size_t n, const char *end) {
        _cleanup_close_ int file =
                        openat(fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
        int r;

        if (file < 0)
                return -errno;
        r = write_all(file, bytes, n);
        if (r >= 0)
                r = write_all(file, end, strlen(end));
        /* The umask is for the collector and the state, not for files that all may read. */
        if (r >= 0 && fsync(file) < 0)
                r = -errno;
        if (r < 0)
                (void) unlinkat(fd, name, 0);
        return r;
}

int replace_file_at(int fd, const char *name, const void *bytes, size_t n, const char *end) {
        char temporary[NAME_MAX + 1];
        int r;

        if ((size_t) snprintf(temporary, sizeof(temporary), ".%s.new", name) >= sizeof(temporary))
                return -ENAMETOOLONG;
        (void) unlinkat(fd, temporary, 0);
        r = write_file_at(fd, temporary, bytes, n, end);
        if (r < 0)
                return r;
        if (renameat(fd, temporary, fd, name) < 0) {
                r = -errno;
                (void) unlinkat(fd, temporary, 0);
                return r;
        }
        return 0;
}

void remove_tree_at(int fd, const char *name) {
        int copy = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
        const struct dirent *entry;

        if (!directory) {
                if (copy >= 0)
                        close(copy);
                return;
        }
        while ((entry = readdir(directory))) {
                if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
                        continue;
                if (unlinkat(copy, entry->d_name, 0) < 0 && (errno == EISDIR || errno == EPERM))
                        remove_tree_at(copy, entry->d_name);
        }
        closedir(directory);
        (void) unlinkat(fd, name, AT_REMOVEDIR);
}
