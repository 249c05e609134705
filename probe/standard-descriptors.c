/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/standard-descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void standard_descriptors_open(void) {
        /* Children inherit them. Uses the mode opposite to the descriptor's normal use. */
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
                if (fcntl(fd, F_GETFD) < 0 && errno == EBADF &&
                                open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
                        _exit(EXIT_FAILURE);
}

/* A closed pipe is not an error. */
static bool reader_is_gone(void) {
        struct pollfd output = { .fd = STDOUT_FILENO, .events = POLLOUT };

        return poll(&output, 1, 0) == 1 && output.revents & (POLLERR | POLLHUP);
}

int standard_output_finish(const char *program, int status) {
        int error = fflush(stdout) == 0 ? 0 : errno;

        if ((error == 0 && !ferror(stdout)) || reader_is_gone())
                return status;
        fprintf(stderr, "%s: standard output: %s\n", program, error != 0 ? strerror(error) : "write error");
        return EXIT_FAILURE;
}
