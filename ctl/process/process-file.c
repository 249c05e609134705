/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/process-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/cleanup.h"

#define DELETED " (deleted)"
/* PROC_USER_INIT_INO in the kernel's proc_ns.h. */
#define FIRST_NAMESPACE "user:[4026531837]"

int process_file_read(int process, const char *name, size_t max, char **ret, size_t *ret_n) {
        _cleanup_close_ int fd = openat(process, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
        _cleanup_free_ char *text = NULL;
        size_t n = 0, size = 0;

        if (fd < 0)
                return -errno;
        for (;;) {
                ssize_t got;

                if (n + 1 >= size) {
                        char *grown = realloc(text, size = size ? 2 * size : 4096);

                        if (!grown)
                                return -ENOMEM;
                        text = grown;
                }
                got = read(fd, text + n, size - n - 1);
                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0)
                        return -errno;
                if (got == 0)
                        break;
                n += (size_t) got;
                if (n > max)
                        return -E2BIG;
        }
        text[n] = 0;
        *ret = TAKE_PTR(text);
        *ret_n = n;
        return 0;
}

int process_program_path(int process, char *ret, size_t size) {
        ssize_t n = readlinkat(process, "exe", ret, size - 1);
        char *deleted;

        if (n < 0)
                return -errno;
        ret[n] = 0;
        deleted = strstr(ret, DELETED);
        if (deleted && !deleted[strlen(DELETED)])
                *deleted = 0;
        return 0;
}

int process_namespace_is_first(int process, const char *link) {
        char name[64];
        ssize_t n = readlinkat(process, link, name, sizeof(name) - 1);

        if (n < 0)
                return -errno;
        name[n] = 0;
        return strcmp(name, FIRST_NAMESPACE) == 0;
}
