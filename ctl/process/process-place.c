/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/process-place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/process/guest-installed.h"
#include "guest/firmware/firmware.h"
#include "probe/cleanup.h"

/* Unknown counts as no. Does not query remote file systems. */
static bool is_same(int fd, const char *path) {
        struct statx its, own;

        return fd >= 0 && statx(fd, "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &its) == 0 &&
                        statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, STATX_INO, &own) == 0 &&
                        its.stx_dev_major == own.stx_dev_major && its.stx_dev_minor == own.stx_dev_minor &&
                        its.stx_ino == own.stx_ino;
}

static int open_link(int process, const char *name, int flags) {
        int fd = openat(process, name, O_PATH | O_CLOEXEC | flags);

        return fd < 0 ? -errno : fd;
}

/* A program like sudo runs with its owner's rights but its caller's command line. */
static bool changes_user(int program) {
        struct stat st;

        return program >= 0 && fstat(program, &st) == 0 && st.st_mode & (S_ISUID | S_ISGID);
}

void process_place_read(int process, GuestFiles *files, ProcessPlace *ret) {
        _cleanup_close_ int program = open_link(process, "exe", 0);

        *ret = (ProcessPlace){};
        if (changes_user(program) && !files->refused)
                files->refused = "its program changes its user (set-user-ID)";
        files->root = open_link(process, "root", O_DIRECTORY);
        files->cwd = open_link(process, "cwd", O_DIRECTORY);
        ret->same_root = is_same(files->root, "/");
        for (const char *const *path = guest_installed_programs; *path; path++)
                ret->program_here = ret->program_here || is_same(program, *path);
}

void process_place_image(const GuestFiles *files, const Guest *guest, ProcessPlace *place) {
        char link[64], target[PATH_MAX];
        _cleanup_close_ int fd = -EBADF;
        ssize_t n;

        if (!place->same_root || guest->firmware.path[0] != '/')
                return;
        fd = guest_files_find(files, guest->firmware.path);
        /* No access: it may exist. */
        place->image_absent = fd == -ENOENT || fd == -ENOTDIR;
        if (fd < 0)
                return;
        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        n = readlink(link, target, sizeof(target) - 1);
        target[n > 0 ? n : 0] = 0;
        place->image_version = firmware_image_version(guest->firmware.kind, target);
}

void process_place_installed(const ProcessPlace *place, GuestInstalled *installed) {
        if (!place->same_root) {
                *installed = (GuestInstalled){};
                return;
        }
        installed->program_here = installed->program_here || place->program_here;
        if (!installed->program_here) {
                installed->qemu = (GuestVersion){};
                *installed->qemu_build = 0;
        }
        installed->image_absent = place->image_absent;
        installed->image_version = place->image_version;
}
