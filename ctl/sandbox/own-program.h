/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctl/sandbox/program-limits.h"

/* hawctl's own programs, hawd-archive and hawd-domain: a parser of what others wrote has a process of its own, and its
 * library costs nobody else memory. */

typedef struct OwnProgram {
        pid_t pid;
        int pidfd;        /* -1: the kernel has none */
        int64_t deadline; /* milliseconds of the monotonic clock; 0: none */
        bool late;        /* it passed: the program was ended */
} OwnProgram;

/* Starts the one that the limits name: beside this program, or the installed one. It is given the mode (NULL: none) and
 * this process's ID as arguments, and fds as descriptors 0, 1 and 3; -1: as they are (3: closed). -errno. */
int own_program_start(const ProgramLimits *limits, const char *mode, const int fds[3], OwnProgram *ret);

/* What it writes: as read(2), until the deadline. -errno, -ETIME when that has passed. */
ssize_t own_program_read(OwnProgram *program, int fd, void *buffer, size_t n);

/* Ends it, whatever it does. */
void own_program_kill(const OwnProgram *program);

/* Waits for it, until the deadline: its status as waitpid(2) gives it, or -1. */
int own_program_wait(OwnProgram *program);

/* Why it gave no answer, and what to do, for the user; NULL when the status does not say. */
const char *own_program_explain(const ProgramLimits *limits, const OwnProgram *program, int status,
                char *buffer, size_t size);
