/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/output-file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"

static int complain(const char *path, int error) {
        fprintf(stderr, "hawctl: %s: %s\n", path, strerror(error));
        return EXIT_FAILURE;
}

static int write_all(int fd, const char *text, size_t n) {
        while (n > 0) {
                ssize_t written = write(fd, text, n);

                if (written < 0 && errno != EINTR)
                        return -errno;
                if (written > 0) {
                        text += written;
                        n -= (size_t) written;
                }
        }
        return 0;
}

/* Pipes, /dev/stdout and the like cannot be replaced. */
static int write_in_place(const char *path, const char *text, size_t n) {
        FILE *file = fopen(path, "we");
        int r;

        if (!file)
                return -errno;
        errno = 0;
        r = fwrite(text, 1, n, file) == n && fflush(file) == 0 ? 0 : -(errno ? errno : EIO);
        fclose(file);
        return r;
}

static int replace(const char *path, const char *text, size_t n) {
        _cleanup_free_ char *temporary = NULL;
        _cleanup_close_ int fd = -1;
        mode_t mask = umask(0);
        int r;

        umask(mask);
        if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
                return -ENOMEM;
        fd = mkstemp(temporary);
        if (fd < 0)
                return -errno;
        r = write_all(fd, text, n);
        if (r >= 0 && (fchmod(fd, 0666 & ~mask) < 0 || fsync(fd) < 0 || rename(temporary, path) < 0))
                r = -errno;
        if (r < 0)
                (void) unlink(temporary);
        return r;
}

int output_file_write(const char *path, const char *text, size_t n) {
        struct stat st;
        int r;

        if (strcmp(path, "-") == 0)
                /* main() checks that everything was written. */
                return fwrite(text, 1, n, stdout) == n ? EXIT_SUCCESS : EXIT_FAILURE;
        r = stat(path, &st) == 0 && !S_ISREG(st.st_mode) ? write_in_place(path, text, n)
                                                         : replace(path, text, n);
        return r < 0 ? complain(path, -r) : EXIT_SUCCESS;
}
