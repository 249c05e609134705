/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/command/time-limit.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl/command/options.h"
#include "probe/cleanup.h"

/* A pipe's reader waits for all writers, and a child blocked in the kernel keeps its end open. So the
 * child writes to a memory file. */
static int hold_back(int stream, int *ret) {
        int fd;

        if (isatty(stream)) {
                *ret = -EBADF;
                return 0;
        }
        fd = memfd_create("output", MFD_CLOEXEC);
        if (fd < 0)
                return -errno;
        *ret = fd;
        return 0;
}

/* Unchanged: the child's text is safe, and an archive is not text. -errno. */
static int pass_on(int held, int to) {
        char part[16384];
        ssize_t n;
        off_t from = 0;

        while (held >= 0 && (n = pread(held, part, sizeof(part), from)) > 0) {
                ssize_t written = write(to, part, (size_t) n);

                if (written < 0 && errno != EINTR)
                        return -errno;
                from += written > 0 ? written : 0;
        }
        return 0;
}

static int64_t now_ms(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (int64_t) time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Returns true if it ended in time. */
static bool wait_until(int process, int64_t end) {
        for (;;) {
                int64_t left = end - now_ms();
                struct pollfd one = { .fd = process, .events = POLLIN };
                int r = poll(&one, 1, left > 0 ? (int) left : 0);

                if (r > 0)
                        return true;
                if (r == 0 && left <= 0)
                        return false;
                if (r < 0 && errno != EINTR)
                        return false;
        }
}

static int failed(const char *what, int error) {
        fprintf(stderr, "hawctl: %s: %s\n", what, strerror(error));
        return EXIT_FAILURE;
}

static void be_worker(pid_t parent, int out, int err, int (*run)(void *), void *userdata) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
                _exit(EXIT_FAILURE);
        if ((out >= 0 && dup2(out, STDOUT_FILENO) < 0) || (err >= 0 && dup2(err, STDERR_FILENO) < 0))
                _exit(EXIT_FAILURE);
        exit(run(userdata));
}

static int end(const char *verb, pid_t pid, int out, int err) {
        int status, r;

        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return failed(verb, errno);
        r = pass_on(out, STDOUT_FILENO);
        (void) pass_on(err, STDERR_FILENO);
        /* A closed pipe is not a failure. */
        if (r < 0 && r != -EPIPE)
                return failed("standard output", -r);
        if (WIFEXITED(status))
                return WEXITSTATUS(status);
        fprintf(stderr, "hawctl: %s: unknown: the worker process was killed by signal %d (%s)\n", verb,
                        WTERMSIG(status), strsignal(WTERMSIG(status)));
        return EXIT_FAILURE;
}

int time_limit_run(unsigned seconds, const char *verb, int (*run)(void *), void *userdata) {
        const int64_t limit = now_ms() + (int64_t) seconds * 1000;
        const pid_t self = getpid();
        _cleanup_close_ int out = -EBADF, err = -EBADF, process = -EBADF;
        pid_t pid;
        int r;

        r = hold_back(STDOUT_FILENO, &out);
        if (r >= 0)
                r = hold_back(STDERR_FILENO, &err);
        if (r < 0)
                return failed(verb, -r);
        fflush(stdout);
        pid = fork();
        if (pid < 0)
                return failed(verb, errno);
        if (pid == 0)
                be_worker(self, out, err, run, userdata);
        process = pidfd_open(pid, 0);
        if (process < 0)
                return failed(verb, errno);
        if (wait_until(process, limit))
                return end(verb, pid, out, err);
        kill(pid, SIGKILL);
        fprintf(stderr, "hawctl: %s: unknown: timed out after %u second%s (--timeout)\n", verb, seconds,
                        seconds == 1 ? "" : "s");
        return EXIT_TIMEOUT;
}
