/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/sandbox/own-program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe/cleanup.h"

/* Descriptors of a program; hawctl's must not be among them while they are set up. */
#define FIRST_FREE 4

/* Beside this program before installation; then $libexecdir/hawd. */
static const char *find_program(const char *name, char path[PATH_MAX]) {
        ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
        char *slash;

        if (n > 0) {
                path[n] = 0;
                slash = strrchr(path, '/');
                if (slash && (size_t) (slash - path) + strlen(name) + 1 < PATH_MAX) {
                        strcpy(slash + 1, name);
                        if (access(path, X_OK) == 0)
                                return path;
                }
        }
        snprintf(path, PATH_MAX, "%s/%s", HAWD_LIBEXECDIR, name);
        return path;
}

static int64_t now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Resets signals that hawctl ignores or blocks. */
static int set_signals(posix_spawnattr_t *attributes) {
        sigset_t all, none;
        int r;

        sigfillset(&all);
        sigemptyset(&none);
        r = posix_spawnattr_setsigdefault(attributes, &all);
        if (r == 0)
                r = posix_spawnattr_setsigmask(attributes, &none);
        if (r == 0)
                r = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
        return r;
}

/* Copies them first, so that none is overwritten. */
static int place(posix_spawn_file_actions_t *actions, const int fds[3], int copies[3]) {
        static const int targets[3] = { STDIN_FILENO, STDOUT_FILENO, 3 };

        for (unsigned i = 0; i < 3; i++) {
                int r;

                if (fds[i] < 0)
                        continue;
                copies[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, FIRST_FREE);
                if (copies[i] < 0)
                        return errno;
                r = posix_spawn_file_actions_adddup2(actions, copies[i], targets[i]);
                if (r != 0)
                        return r;
        }
        return 0;
}

int own_program_start(const ProgramLimits *limits, const char *mode, const int fds[3], OwnProgram *ret) {
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        char path[PATH_MAX], parent[16];
        char *argv[] = { (char *) limits->name, mode ? (char *) mode : parent, mode ? parent : NULL, NULL };
        int copies[3] = { -1, -1, -1 }, r;

        snprintf(parent, sizeof(parent), "%d", (int) getpid());
        *ret = (OwnProgram){ .pidfd = -1 };
        posix_spawn_file_actions_init(&actions);
        posix_spawnattr_init(&attributes);
        r = set_signals(&attributes);
        if (r == 0)
                r = place(&actions, fds, copies);
        if (r == 0)
                r = posix_spawn(&ret->pid, find_program(limits->name, path), &actions, &attributes, argv,
                                environ);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        for (unsigned i = 0; i < 3; i++)
                closep(&copies[i]);
        if (r != 0)
                return -r;
        ret->pidfd = (int) syscall(SYS_pidfd_open, ret->pid, 0);
        ret->deadline = limits->wait_seconds ? now() + limits->wait_seconds * INT64_C(1000) : 0;
        return 0;
}

const char *own_program_not_started(const ProgramLimits *limits, int r, char *buffer, size_t size) {
        snprintf(buffer, size, "cannot run %s: %s; 'hawctl doctor' says what to do", limits->name,
                        strerror(-r));
        return buffer;
}

/* Waits for input. 0, -errno, or -ETIME. */
static int wait_for(OwnProgram *program, int fd) {
        struct pollfd event = { .fd = fd, .events = POLLIN };

        for (;;) {
                int64_t left = program->deadline ? program->deadline - now() : -1;
                int r;

                if (program->deadline && left <= 0) {
                        program->late = true;
                        return -ETIME;
                }
                r = poll(&event, 1, (int) left);
                if (r > 0)
                        return 0;
                if (r < 0 && errno != EINTR)
                        return -errno;
        }
}

ssize_t own_program_read(OwnProgram *program, int fd, void *buffer, size_t n) {
        for (;;) {
                int r = wait_for(program, fd);
                ssize_t got;

                if (r < 0)
                        return r;
                got = read(fd, buffer, n);
                if (got >= 0 || errno != EINTR)
                        return got < 0 ? -errno : got;
        }
}

void own_program_kill(const OwnProgram *program) {
        (void) kill(program->pid, SIGKILL);
}

int own_program_wait(OwnProgram *program) {
        int status, r = 0;

        if (program->pidfd >= 0) {
                r = wait_for(program, program->pidfd);
                close(program->pidfd);
                program->pidfd = -1;
        }
        if (r < 0)
                own_program_kill(program);
        while (waitpid(program->pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -1;
        return status;
}

static const char *explain_signal(const char *name, int number, char *buffer, size_t size) {
        if (number == SIGSYS)
                snprintf(buffer, size,
                                "%s was stopped (SIGSYS): it made a system call that it is not allowed. "
                                "The input may be an attack; if you trust it, report it to hawd",
                                name);
        else
                snprintf(buffer, size, "%s ended with signal %d (%s)", name, number, strsignal(number));
        return buffer;
}

const char *own_program_explain(const ProgramLimits *limits, const OwnProgram *program, int status,
                char *buffer, size_t size) {
        const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;

        if (program->late)
                snprintf(buffer, size, "%s did not finish within %u s", limits->name, limits->wait_seconds);
        else if (code == PROGRAM_OUT_OF_TIME || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU))
                snprintf(buffer, size, "takes more than %u s of processor time to read, the limit of %s; %s",
                                limits->seconds, limits->name, limits->advice);
        else if (code == PROGRAM_OUT_OF_MEMORY)
                snprintf(buffer, size, "takes more than %u MiB of memory to read, the limit of %s; %s",
                                limits->mebibytes, limits->name, limits->advice);
        else if (code == PROGRAM_NO_SANDBOX)
                snprintf(buffer, size, "%s could not drop its privileges and did not start", limits->name);
        else if (WIFSIGNALED(status))
                return explain_signal(limits->name, WTERMSIG(status), buffer, size);
        else
                return NULL;
        return buffer;
}
