/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-open.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/own-program.h"

static int complain(const char *path, const char *what, int r) {
        fprintf(stderr, "hawctl: %s: %s\n", path, what);
        return r;
}

/* A directory that mirrors no host would give a profile of nothing but "absent". */
static bool looks_like_host(const char *path) {
        static const char *const marks[] = { "hawd", "proc", "sys" };
        char mark[PATH_MAX];

        for (size_t i = 0; i < ELEMENTS(marks); i++)
                if ((size_t) snprintf(mark, sizeof(mark), "%s/%s", path, marks[i]) < sizeof(mark) &&
                                access(mark, F_OK) == 0)
                        return true;
        return false;
}

static int open_directory(const char *name, const char *path, CaptureRoot *ret) {
        int r;

        if (!looks_like_host(path))
                return complain(name, "not a host tree: there is neither hawd/ nor proc/ nor sys/ in it",
                                -EINVAL);
        r = root_open(path, &ret->root);
        if (r < 0)
                return complain(name, strerror(-r), r);
        return 0;
}

/* The line that the helper prints once it is done; empty when it failed, with its reason on standard error. */
static bool read_line(int fd, char *ret, size_t size) {
        size_t n = 0;
        ssize_t r;

        while (n < size - 1 && (r = read(fd, ret + n, size - 1 - n)) > 0)
                n += (size_t) r;
        if (n == 0 || ret[n - 1] != '\n')
                return false;
        ret[n - 1] = 0;
        return true;
}

static int unpack(const char *name, int fd, CaptureRoot *ret) {
        char *argv[] = { (char *) "hawd-archive", (char *) "unpack", NULL };
        int hold[2] = { -1, -1 }, answer[2] = { -1, -1 }, r;
        char path[PATH_MAX];

        if (pipe2(hold, O_CLOEXEC) < 0 || pipe2(answer, O_CLOEXEC) < 0)
                return complain(name, strerror(errno), -errno);
        r = own_program_start(argv, (int[]){ hold[0], answer[1], fd }, &ret->helper);
        close(hold[0]);
        close(answer[1]);
        if (r < 0) {
                close(hold[1]);
                close(answer[0]);
                return complain("hawd-archive", strerror(-r), r);
        }
        ret->helper_fd = hold[1];
        bool done = read_line(answer[0], path, sizeof(path));
        close(answer[0]);
        if (!done) {
                capture_close(ret);
                return complain(name, "cannot be unpacked", -EBADMSG);
        }
        r = open_directory(name, path, ret);
        if (r < 0)
                capture_close(ret);
        return r;
}

int capture_open(const char *path, CaptureRoot *ret) {
        struct stat st;

        *ret = (CaptureRoot){ .helper_fd = -1 };
        if (stat(path, &st) < 0)
                return complain(path, strerror(errno), -errno);
        if (S_ISDIR(st.st_mode))
                return open_directory(path, path, ret);
        if (!S_ISREG(st.st_mode))
                return complain(path, "neither a directory nor a capture", -EINVAL);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        if (fd < 0)
                return complain(path, strerror(errno), -errno);
        return unpack(path, fd, ret);
}

void capture_close(CaptureRoot *capture) {
        capture->root = root_free(capture->root);
        if (capture->helper <= 0)
                return;
        close(capture->helper_fd);
        (void) own_program_wait(capture->helper);
        capture->helper = 0;
}
