/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/replaced-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "probe/cleanup.h"

int replaced_file_open(const char *path, ReplacedFile *ret) {
        const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
        _cleanup_free_ char *temporary = NULL;
        int fd;

        if (asprintf(&temporary, "%.*s.%s.XXXXXX", (int) (name - path), path, name) < 0) {
                temporary = NULL;
                return -ENOMEM;
        }
        fd = mkostemp(temporary, O_CLOEXEC);
        if (fd < 0)
                return -errno;
        *ret = (ReplacedFile){ .path = path, .temporary = TAKE_PTR(temporary), .fd = fd };
        return 0;
}

int replaced_file_write(ReplacedFile *file, const char *text, size_t n) {
        while (n > 0) {
                ssize_t written = write(file->fd, text, n);

                if (written < 0 && errno != EINTR)
                        return -errno;
                if (written > 0) {
                        text += written;
                        n -= (size_t) written;
                }
        }
        return 0;
}

int replaced_file_commit(ReplacedFile *file) {
        mode_t mask = umask(0);

        umask(mask);
        if (fchmod(file->fd, 0666 & ~mask) < 0 || fsync(file->fd) < 0 ||
                        rename(file->temporary, file->path) < 0)
                return -errno;
        free(file->temporary);
        file->temporary = NULL;
        return 0;
}

void replaced_file_done(ReplacedFile *file) {
        if (file->temporary) {
                (void) unlink(file->temporary);
                free(file->temporary);
        }
        closep(&file->fd);
        *file = (ReplacedFile){ .fd = -EBADF };
}
