/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/guest-files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "probe/root/open-within.h"

#define FILE_MAX ((size_t) 1 << 20)
#define NOT_ORDINARY "not a regular file"

/* Not in linux/magic.h. */
#define JFS_MAGIC 0x3153464aU
#define ZFS_MAGIC 0x2fc12fc1U
#define BCACHEFS_MAGIC 0xca451a4eU
#define NTFS3_MAGIC 0x7366746eU

int guest_files_find(const GuestFiles *files, const char *path) {
        bool absolute = *path == '/';
        int base = absolute ? files->root : files->cwd, fd;

        if (files->refused)
                return -EPERM;
        if (files->about)
                files->about(files->userdata, path);
        if (files->foreign && base < 0)
                return base;
        if (files->foreign)
                return open_within(base, path, O_PATH,
                                RESOLVE_NO_MAGICLINKS | (absolute ? RESOLVE_IN_ROOT : RESOLVE_BENEATH));
        fd = open(path, O_PATH | O_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

static bool is_one_of(uint32_t type, const uint32_t *types, size_t n) {
        for (size_t i = 0; i < n; i++)
                if (type == types[i])
                        return true;
        return false;
}

/* Reading the kernel's files may have effects. A process's files are read only from local disks and
 * memory: FUSE and network file systems may block. */
static const char *judge_system(const GuestFiles *files, int place) {
        static const uint32_t kernel[] = { PROC_SUPER_MAGIC, SYSFS_MAGIC, DEBUGFS_MAGIC, TRACEFS_MAGIC };
        static const uint32_t local[] = { EXT4_SUPER_MAGIC, XFS_SUPER_MAGIC, BTRFS_SUPER_MAGIC,
                F2FS_SUPER_MAGIC, TMPFS_MAGIC, RAMFS_MAGIC, OVERLAYFS_SUPER_MAGIC, SQUASHFS_MAGIC,
                EROFS_SUPER_MAGIC_V1, ISOFS_SUPER_MAGIC, MSDOS_SUPER_MAGIC, EXFAT_SUPER_MAGIC,
                REISERFS_SUPER_MAGIC, NILFS_SUPER_MAGIC, JFS_MAGIC, ZFS_MAGIC, BCACHEFS_MAGIC, NTFS3_MAGIC };
        struct statfs system;

        if (fstatfs(place, &system) < 0)
                return strerror(errno);
        if (is_one_of((uint32_t) system.f_type, kernel, ELEMENTS(kernel)))
                return NOT_ORDINARY;
        if (files->foreign && !is_one_of((uint32_t) system.f_type, local, ELEMENTS(local)))
                return "on a file system whose files may block";
        return NULL;
}

/* Checked before opening for reading. */
static int open_file(const GuestFiles *files, const char *path, const char **ret_why) {
        _cleanup_close_ int place = -EBADF;
        char link[64];
        struct stat st;
        int fd = -1;

        place = guest_files_find(files, path);
        if (files->refused)
                *ret_why = files->refused;
        else if (place < 0)
                *ret_why = place == -EXDEV ? "outside the file system of the process" : strerror(-place);
        else
                *ret_why = judge_system(files, place);
        if (*ret_why)
                return -1;
        if (fstat(place, &st) < 0)
                *ret_why = strerror(errno);
        else if (!S_ISREG(st.st_mode))
                *ret_why = NOT_ORDINARY;
        else if (st.st_size > (off_t) FILE_MAX)
                *ret_why = "larger than 1 MiB";
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
        *ret_why = "larger than 1 MiB";
}

int guest_files_read(void *userdata, const char *path, char **ret, size_t *ret_n, const char **ret_why) {
        const GuestFiles *files = userdata;
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
