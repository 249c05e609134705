/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctl/sandbox/program-limits.h"

/* hawctl's own programs, hawd-archive and hawd-domain: each parser of untrusted input has its own
 * process, and only that uses memory for its library. */

typedef struct OwnProgram {
        pid_t pid;
        int pidfd;        /* -1: not supported */
        int64_t deadline; /* in ms of CLOCK_MONOTONIC; 0: none */
        bool late;        /* past the deadline: it was killed */
} OwnProgram;

/* Starts the program that the limits name: from the directory of this program, or installed. Arguments
 * are the mode (NULL: none) and this process's ID; fds become descriptors 0, 1 and 3; -1: unchanged (3:
 * closed). -errno. */
int own_program_start(const ProgramLimits *limits, const char *mode, const int fds[3], OwnProgram *ret);

/* Tells the user that it could not be started, r being the error, and what to do. */
const char *own_program_not_started(const ProgramLimits *limits, int r, char *buffer, size_t size);

/* Reads its output like read(2), until the deadline. -errno; -ETIME: deadline passed. */
ssize_t own_program_read(OwnProgram *program, int fd, void *buffer, size_t n);

/* Kills it. */
void own_program_kill(const OwnProgram *program);

/* Waits until the deadline: returns the status of waitpid(2), or -1. */
int own_program_wait(OwnProgram *program);

/* Tells the user why it gave no answer and what to do; NULL: not known from the status. */
const char *own_program_explain(const ProgramLimits *limits, const OwnProgram *program, int status,
                char *buffer, size_t size);
