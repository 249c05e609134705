/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "ctl/capture/entry.h"
#include "probe/cleanup.h"

#define NAME_TRIES 100

static int fail(CapturePlace *place, int r, const char *format, ...) __attribute__((format(printf, 3, 4)));

static int fail(CapturePlace *place, int r, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(place->why, sizeof(place->why), format, arguments);
        va_end(arguments);
        return r;
}

static int rename_to(const CapturePlace *place, unsigned flags) {
        return syscall(SYS_renameat2, place->parent, place->temporary, place->parent, place->name, flags) < 0
                        ? -errno
                        : 0;
}

static bool is_own(const CapturePlace *place, const char *name) {
        FileIdentity found;
        struct stat st;

        if (fstatat(place->parent, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return false;
        found = file_identity(&st);
        return file_identity_equal(&found, &place->own);
}

void capture_place_done(CapturePlace *place) {
        if (place->parent >= 0 && *place->temporary && place->directory)
                entry_remove_tree(place->parent, place->temporary, &place->own);
        else if (place->parent >= 0 && *place->temporary && is_own(place, place->temporary))
                (void) unlinkat(place->parent, place->temporary, 0);
        former_capture_done(&place->former);
        closep(&place->parent);
        if (place->blocked)
                (void) sigprocmask(SIG_SETMASK, &place->signals, NULL);
        *place = (CapturePlace){ .parent = -1, .former = { .fd = -1 } };
}

/* ── existing output ───────────────────────────────────────────────────────────────────────────────────── */

static int look_at_directory(CapturePlace *place) {
        char foreign[FORMER_FOREIGN_MAX];
        int fd, r = 0;

        if (place->former.fd < 0) {
                fd = entry_open(place->parent, place->name, O_RDONLY | O_DIRECTORY);
                r = fd < 0 ? fd : former_capture_read(fd, &place->former);
        }
        if (r >= 0)
                r = former_capture_check(&place->former, foreign);
        if (r != 0)
                return r < 0 ? r : 0;
        if (!*foreign)
                return fail(place, -EEXIST,
                                "already exists and is not a capture, which is not replaced: choose another name");
        return fail(place, -EEXIST,
                        "already exists, and %s in it is not part of a capture: move it away, or choose another name",
                        foreign);
}

/* Checks whether the output may replace it. */
static int look(CapturePlace *place) {
        _cleanup_close_ int fd = entry_open(place->parent, place->name, O_PATH);
        struct stat st;
        int r = 0;

        if (fd == -ENOENT)
                return 0;
        if (fd == -EXDEV)
                return fail(place, fd, "is a mount point, which is not replaced: choose another name");
        if (fd < 0 || fstat(fd, &st) < 0)
                return fd < 0 ? fd : -errno;
        if (S_ISLNK(st.st_mode))
                return fail(place, -EEXIST,
                                "is a symbolic link, which is not replaced: choose another name");
        if (place->directory && !S_ISDIR(st.st_mode))
                return fail(place, -ENOTDIR, "already exists and is not a directory: choose another name");
        if (!place->directory && S_ISDIR(st.st_mode))
                return fail(place, -EISDIR,
                                "is a directory: choose another name; one that ends in a slash makes a capture as a directory");
        if (!place->directory && !S_ISREG(st.st_mode))
                return fail(place, -EEXIST,
                                "is not a regular file: choose another name, or - for standard output");
        if (place->directory)
                r = look_at_directory(place);
        return r < 0 || place->force ? r : fail(place, -EEXIST, "already exists; --force replaces it");
}

/* Splits into directory and name of the output. */
static int split(const char *output, CapturePlace *place) {
        char above[PATH_MAX];
        size_t n = strlen(output), slash;

        while (place->directory && n > 1 && output[n - 1] == '/')
                n--;
        for (slash = n; slash > 0 && output[slash - 1] != '/';)
                slash--;
        if (slash >= sizeof(above) || n - slash >= sizeof(place->name))
                return -ENAMETOOLONG;
        snprintf(above, sizeof(above), "%.*s", (int) slash, output);
        snprintf(place->name, sizeof(place->name), "%.*s", (int) (n - slash), output + slash);
        if (!*place->name || strcmp(place->name, ".") == 0 || strcmp(place->name, "..") == 0)
                return fail(place, -EINVAL,
                                "is not the name of a new file or directory: choose another name");
        place->parent = open(slash > 0 ? above : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return place->parent < 0 ? -errno : 0;
}

int capture_place_open(const char *output, bool directory, bool force, CapturePlace *ret) {
        int r;

        *ret = (CapturePlace){
                .parent = -1, .directory = directory, .force = force, .former = { .fd = -1 }
        };
        r = split(output, ret);
        return r < 0 ? r : look(ret);
}

/* ── temporary output ──────────────────────────────────────────────────────────────────────────────────── */

/* NAME.XXXXXX */
static int choose_name(CapturePlace *place) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        char end[6 + 1] = "";
        uint8_t random[6];

        if (getrandom(random, sizeof(random), 0) != sizeof(random))
                return -errno;
        for (size_t i = 0; i < sizeof(random); i++)
                end[i] = letters[random[i] % (sizeof(letters) - 1)];
        return (size_t) snprintf(place->temporary, sizeof(place->temporary), "%s.%s", place->name, end) >=
                                        sizeof(place->temporary)
                        ? -ENAMETOOLONG
                        : 0;
}

/* Blocks signals that would leave a half-written directory, except those for faults. Stop and continue
 * are harmless. */
static void block_signals(CapturePlace *place) {
        static const int pass[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP, SIGTSTP,
                SIGTTIN, SIGTTOU, SIGCONT, SIGCHLD };
        sigset_t set;

        sigfillset(&set);
        for (size_t i = 0; i < ELEMENTS(pass); i++)
                sigdelset(&set, pass[i]);
        place->blocked = sigprocmask(SIG_BLOCK, &set, &place->signals) == 0;
}

static int make(const CapturePlace *place) {
        int fd;

        if (place->directory)
                return mkdirat(place->parent, place->temporary, 0700) < 0 ? -errno : 0;
        fd = openat(place->parent, place->temporary, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                        0600);
        return fd < 0 ? -errno : fd;
}

/* Uses the first of many names that is free. */
static int make_named(CapturePlace *place) {
        int r = -EEXIST;

        for (unsigned i = 0; i < NAME_TRIES && r == -EEXIST; i++) {
                r = choose_name(place);
                if (r >= 0)
                        r = make(place);
        }
        if (r >= 0 && place->directory)
                r = entry_open(place->parent, place->temporary, O_RDONLY | O_DIRECTORY);
        return r;
}

int capture_place_begin(CapturePlace *place) {
        struct stat st;
        int r = -EOPNOTSUPP;

        if (place->directory)
                block_signals(place);
        else
                r = openat(place->parent, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        place->unnamed = r >= 0;
        /* Some file systems do not support O_TMPFILE. */
        if (r < 0)
                r = make_named(place);
        if (r >= 0 && fstat(r, &st) == 0) {
                place->own = file_identity(&st);
                return r;
        }
        /* That name is not ours. */
        *place->temporary = 0;
        return r < 0 ? r : -EIO;
}

/* Gives the finished file its temporary name. */
static int give_name(CapturePlace *place, int fd) {
        char path[64];
        int r = -EEXIST;

        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        for (unsigned i = 0; i < NAME_TRIES && r == -EEXIST; i++) {
                r = choose_name(place);
                if (r >= 0 && linkat(AT_FDCWD, path, place->parent, place->temporary, AT_SYMLINK_FOLLOW) < 0)
                        r = -errno;
        }
        if (r < 0)
                *place->temporary = 0;
        return r;
}

/* ── final output ──────────────────────────────────────────────────────────────────────────────────────── */

static bool is_former(const CapturePlace *place, const struct stat *st) {
        const FileIdentity found = file_identity(st);

        return place->directory ? file_identity_equal(&found, &place->former.self) : S_ISREG(st->st_mode);
}

/* The replaced entry now has the temporary name. If somebody exchanged it meanwhile, it is moved back. */
static int check_former(CapturePlace *place) {
        struct stat st;
        int r;

        if (fstatat(place->parent, place->temporary, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        if (!is_former(place, &st))
                r = fail(place, -EBUSY, "was changed in the meantime and is not replaced");
        else
                r = place->directory ? look_at_directory(place) : 0;
        return r;
}

static int drop_former(CapturePlace *place) {
        char left[NAME_MAX + 1];
        int r = 0;

        memcpy(left, place->temporary, sizeof(left));
        *place->temporary = 0;
        if (place->directory)
                r = former_capture_remove(&place->former, place->parent, left);
        else if (unlinkat(place->parent, left, 0) < 0)
                r = -errno;
        return r < 0 ? fail(place, r, "is written; what was there before is left beside it as %s", left) : 0;
}

static int exchange(CapturePlace *place) {
        int r = rename_to(place, RENAME_EXCHANGE);

        if (r == -EINVAL && place->directory)
                return fail(place, r,
                                "already exists, and this file system cannot exchange directories: remove it first");
        /* Not supported by the file system: a file can only replace a file. */
        if (r == -EINVAL) {
                r = rename_to(place, 0);
                if (r >= 0)
                        *place->temporary = 0;
                return r;
        }
        if (r < 0)
                return r;
        r = check_former(place);
        if (r < 0) {
                (void) rename_to(place, RENAME_EXCHANGE);
                return r;
        }
        return drop_former(place);
}

/* Fallback for file systems without RENAME_NOREPLACE: link() fails if the name exists, and a directory
 * replaces only an empty one. */
static int put_plainly(const CapturePlace *place) {
        if (place->directory)
                return rename_to(place, 0);
        if (linkat(place->parent, place->temporary, place->parent, place->name, 0) < 0)
                return -errno;
        return unlinkat(place->parent, place->temporary, 0) < 0 ? -errno : 0;
}

int capture_place_finish(CapturePlace *place, int fd) {
        int r = place->unnamed ? give_name(place, fd) : 0;

        if (r < 0)
                return r;
        r = rename_to(place, RENAME_NOREPLACE);
        if (r == -EINVAL)
                r = put_plainly(place);
        if (r == 0) {
                *place->temporary = 0;
                return is_own(place, place->name) ? 0 : fail(place, -EBUSY, "was changed in the meantime");
        }
        if (r != -EEXIST && r != -ENOTEMPTY)
                return r;
        /* It may have been created since the check. */
        r = look(place);
        return r < 0 ? r : exchange(place);
}
