/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/own-program.h"

#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Beside this program while it is not installed; $libexecdir/hawd afterwards. */
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

int own_program_start(char *const argv[], const int fds[3], pid_t *ret) {
        static const int targets[3] = { STDIN_FILENO, STDOUT_FILENO, 3 };
        posix_spawn_file_actions_t actions;
        char path[PATH_MAX];
        int r;

        r = posix_spawn_file_actions_init(&actions);
        for (unsigned i = 0; r == 0 && i < 3; i++)
                if (fds[i] >= 0)
                        r = posix_spawn_file_actions_adddup2(&actions, fds[i], targets[i]);
        if (r == 0)
                r = posix_spawn(ret, find_program(argv[0], path), &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        return -r;
}

int own_program_wait(pid_t pid) {
        int status;

        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
