/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/document-fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

int document_fd_read(int fd, size_t max, char **ret, size_t *ret_n) {
        _cleanup_free_ char *text = NULL;
        int seals = fcntl(fd, F_GET_SEALS);
        struct stat status;
        size_t n, at = 0;

        if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &status) < 0)
                return -EBADMSG;
        if (status.st_size < 0 || (uintmax_t) status.st_size > max)
                return -EFBIG;
        n = (size_t) status.st_size;
        text = malloc(n + 1);
        if (!text)
                return -ENOMEM;
        while (at < n) {
                ssize_t done = pread(fd, text + at, n - at, (off_t) at);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0)
                        return done < 0 ? -errno : -EBADMSG;
                at += (size_t) done;
        }
        text[n] = 0;
        *ret = text;
        *ret_n = n;
        text = NULL;
        return 0;
}
