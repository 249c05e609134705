/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/input/input-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/input/hex-dump.h"
#include "ctl/input/regular-file.h"
#include "probe/cleanup.h"

void input_file_done(InputFile *file) {
        free(file->data);
        *file = (InputFile){};
}

static int complain(const char *path, const char *what) {
        fprintf(stderr, "hawctl: %s: %s\n", strcmp(path, "-") == 0 ? "standard input" : path, what);
        return EXIT_FAILURE;
}

static int read_all(const char *path, int fd, size_t max, InputFile *file) {
        file->data = malloc(max + 1);
        if (!file->data)
                return complain(path, strerror(ENOMEM));
        while (file->n <= max) {
                ssize_t n = read(fd, file->data + file->n, max + 1 - file->n);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return complain(path, strerror(errno));
                if (n == 0)
                        return EXIT_SUCCESS;
                file->n += (size_t) n;
        }
        fprintf(stderr, "hawctl: %s: larger than the maximum of %zu bytes\n", path, max);
        return EXIT_FAILURE;
}

static int finish(const char *path, int fd, size_t max, InputFile *ret) {
        InputFile file = {};
        int r = read_all(path, fd, max, &file);

        if (r != EXIT_SUCCESS) {
                input_file_done(&file);
                return r;
        }
        *ret = file;
        return EXIT_SUCCESS;
}

int input_file_read(const char *path, size_t max, InputFile *ret) {
        bool standard = strcmp(path, "-") == 0;
        _cleanup_close_ int fd = standard ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        struct stat st;

        if (fd < 0)
                return complain(path, strerror(errno));
        if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
                return complain(path, strerror(EISDIR));
        return finish(path, fd, max, ret);
}

int input_file_read_regular(const char *path, size_t max, InputFile *ret) {
        const char *why;
        _cleanup_close_ int fd = regular_file_open(AT_FDCWD, path, &why);

        return fd < 0 ? complain(path, why) : finish(path, fd, max, ret);
}

int input_file_read_table(const char *path, size_t max, InputFile *ret) {
        InputFile file = {};
        int r = input_file_read(path, 4 * max, &file);
        size_t n;

        if (r != EXIT_SUCCESS)
                return r;
        /* Converts in place. A binary table contains zeros, so it is not a hex dump. */
        if (hex_dump_decode(file.data, file.n, &n))
                file.n = n;
        *ret = file;
        return EXIT_SUCCESS;
}
