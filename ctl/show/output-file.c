/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/show/output-file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/show/replaced-file.h"
#include "probe/cleanup.h"

static int complain(const char *path, int error) {
        fprintf(stderr, "hawctl: %s: %s\n", path, strerror(error));
        return EXIT_FAILURE;
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
        _cleanup_(replaced_file_done) ReplacedFile file = { .fd = -EBADF };
        int r = replaced_file_open(path, &file);

        if (r >= 0)
                r = replaced_file_write(&file, text, n);
        return r < 0 ? r : replaced_file_commit(&file);
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
