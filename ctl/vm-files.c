/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/vm-files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "probe/cleanup.h"

#define FILE_MAX ((size_t) 1 << 20)

/* The place alone; nothing is opened yet. */
static int find(const VmFiles *files, const char *path) {
        bool absolute = *path == '/';
        struct open_how how = {
                .flags = O_PATH | O_CLOEXEC,
                .resolve = RESOLVE_NO_MAGICLINKS | (absolute ? RESOLVE_IN_ROOT : RESOLVE_BENEATH),
        };
        _cleanup_close_ int base = -EBADF;

        if (files->process == VM_FILES_OWN)
                return open(path, O_PATH | O_CLOEXEC);
        base = openat(files->process, absolute ? "root" : "cwd", O_PATH | O_DIRECTORY | O_CLOEXEC);
        return base < 0 ? -1 : (int) syscall(SYS_openat2, base, path, &how, sizeof(how));
}

/* Files of the kernel's may have effects when they are read. */
static bool is_on_disk(int place) {
        static const uint32_t kernel[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC };
        struct statfs system;

        if (fstatfs(place, &system) < 0)
                return false;
        for (size_t i = 0; i < ELEMENTS(kernel); i++)
                if ((uint32_t) system.f_type == kernel[i])
                        return false;
        return true;
}

/* Looked at before it is opened for reading. */
static int open_file(const VmFiles *files, const char *path, const char **ret_why) {
        _cleanup_close_ int place = find(files, path);
        char link[64];
        struct stat st;
        int fd = -1;

        if (place < 0 || fstat(place, &st) < 0)
                *ret_why = errno == EXDEV ? "it is outside of where the process is" : strerror(errno);
        else if (!S_ISREG(st.st_mode) || !is_on_disk(place))
                *ret_why = "it is no ordinary file";
        else if (st.st_size > (off_t) FILE_MAX)
                *ret_why = "it is larger than 1 MiB";
        else {
                snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
                fd = open(link, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
                if (fd < 0)
                        *ret_why = strerror(errno);
        }
        return fd;
}

static void read_all(int fd, char *text, size_t *ret_n, const char **ret_why) {
        size_t n = 0;

        while (n <= FILE_MAX) {
                ssize_t got = read(fd, text + n, FILE_MAX + 1 - n);

                if (got < 0 && errno == EINTR)
                        continue;
                if (got < 0) {
                        *ret_why = strerror(errno);
                        return;
                }
                if (got == 0) {
                        *ret_n = n;
                        return;
                }
                n += (size_t) got;
        }
        *ret_why = "it is larger than 1 MiB";
}

int vm_file_read(const VmFiles *files, const char *path, char **ret, size_t *ret_n, const char **ret_why) {
        _cleanup_close_ int fd = -EBADF;
        _cleanup_free_ char *text = NULL;

        *ret_why = NULL;
        fd = open_file(files, path, ret_why);
        if (*ret_why)
                return 0;
        text = malloc(FILE_MAX + 1);
        if (!text)
                return -ENOMEM;
        read_all(fd, text, ret_n, ret_why);
        if (!*ret_why)
                *ret = TAKE_PTR(text);
        return 0;
}
