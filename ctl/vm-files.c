/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vm-files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/cleanup.h"

#define FILE_MAX ((size_t) 1 << 20)

void vm_process_files(const char *pid, VmProcessFiles *ret) {
        snprintf(ret->root, sizeof(ret->root), "/proc/%.10s/root", pid);
        snprintf(ret->directory, sizeof(ret->directory), "/proc/%.10s/cwd/", pid);
        ret->files = (VmFiles){ ret->root, ret->directory };
}

/* Looked at before it is opened for reading. */
static int open_file(const char *path) {
        _cleanup_close_ int place = open(path, O_PATH | O_CLOEXEC);
        char link[64];
        struct stat st;
        int fd;

        if (place < 0 || fstat(place, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EINVAL;
        if (st.st_size > (off_t) FILE_MAX)
                return -EFBIG;
        snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
        fd = open(link, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        return fd < 0 ? -errno : fd;
}

static int read_all(int fd, char *text, size_t *ret_n) {
        size_t n = 0;

        while (n <= FILE_MAX) {
                ssize_t got = read(fd, text + n, FILE_MAX + 1 - n);

                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return -errno;
                if (got == 0) {
                        *ret_n = n;
                        return 0;
                }
                n += (size_t) got;
        }
        return -EFBIG;
}

int vm_file_read(const VmFiles *files, const char *path, char **ret, size_t *ret_n) {
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ char *whole = NULL, *text = NULL;
        int r;

        if (asprintf(&whole, "%s%s", *path == '/' ? files->root : files->directory, path) < 0) {
                whole = NULL;
                return -ENOMEM;
        }
        fd = open_file(whole);
        if (fd < 0)
                return fd;
        text = malloc(FILE_MAX + 1);
        if (!text)
                return -ENOMEM;
        r = read_all(fd, text, ret_n);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(text);
        return 0;
}
