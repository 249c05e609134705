/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/ssh-child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/cleanup.h"

/* ssh uses the first value of an option: these are before the user's. A master connection
 * (ControlPersist) would outlive the question, but one that is there is used. RemoteCommand of a
 * configuration excludes a command. */
static const char *const fixed[] = { "ssh", "-T", "-x", "-a", "-n", "-o", "BatchMode=yes", "-o",
        "ControlMaster=no", "-o", "PermitLocalCommand=no", "-o", "ClearAllForwardings=yes", "-o",
        "RemoteCommand=none" };

enum { ARGUMENTS_MAX = ELEMENTS(fixed) + 2 + 2 * OPTION_LIST_MAX + 4 };

static void set_arguments(const SshQuestion *question, const char *host, const char *ret[ARGUMENTS_MAX]) {
        size_t n = 0;

        for (; n < ELEMENTS(fixed); n++)
                ret[n] = fixed[n];
        if (question->config) {
                ret[n++] = "-F";
                ret[n++] = question->config;
        }
        for (uint32_t i = 0; i < question->options.n; i++) {
                ret[n++] = "-o";
                ret[n++] = question->options.items[i];
        }
        /* What follows is no option, neither the host nor the command. */
        ret[n++] = "--";
        ret[n++] = host;
        ret[n++] = question->command;
        ret[n] = NULL;
}

/* hawctl ignores or blocks some. */
static void reset_signals(void) {
        sigset_t none;

        for (int number = 1; number < NSIG; number++)
                (void) signal(number, SIG_DFL);
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Only returns on failure. */
static int be_ssh(pid_t parent, const char *const *arguments, int out, int err) {
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
                return ESRCH;
        setsid();
        reset_signals();
        if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
                        dup2(err, STDERR_FILENO) < 0)
                return errno;
        execvp("ssh", (char *const *) arguments);
        return errno;
}

/* The error of a child that could not execute ssh; the pipe is closed when it could. */
static int read_error(int fd) {
        int error = 0;
        ssize_t n;

        do
                n = read(fd, &error, sizeof(error));
        while (n < 0 && errno == EINTR);
        return n == sizeof(error) ? -error : 0;
}

static int start(const char *const *arguments, int out, int err, pid_t *ret) {
        const pid_t self = getpid();
        int fds[2], r;
        pid_t pid;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        pid = fork();
        if (pid == 0) {
                r = be_ssh(self, arguments, out, err);
                (void) !write(fds[1], &r, sizeof(r));
                _exit(EXIT_FAILURE);
        }
        r = pid < 0 ? -errno : 0;
        close(fds[1]);
        if (r >= 0)
                r = read_error(fds[0]);
        close(fds[0]);
        if (r < 0 && pid > 0)
                while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
                        ;
        *ret = pid;
        return r;
}

int ssh_child_start(const SshQuestion *question, const char *host, SshChild *ret) {
        const char *arguments[ARGUMENTS_MAX];
        int out[2] = { -1, -1 }, err[2] = { -1, -1 }, r;

        set_arguments(question, host, arguments);
        if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 ||
                        fcntl(out[0], F_SETFL, O_NONBLOCK) < 0 || fcntl(err[0], F_SETFL, O_NONBLOCK) < 0)
                r = -errno;
        else
                r = start(arguments, out[1], err[1], &ret->pid);
        closep(&out[1]);
        closep(&err[1]);
        if (r < 0) {
                closep(&out[0]);
                closep(&err[0]);
                return r;
        }
        ret->out = out[0];
        ret->err = err[0];
        return 0;
}

void ssh_child_kill(pid_t pid) {
        /* Its group is there: the child called setsid() before ssh_child_start() returned. */
        (void) kill(-pid, SIGKILL);
}
