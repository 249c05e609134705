/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

/* hawctl's own programs, hawd-archive and hawd-domain: a parser of what others wrote has a process of its own, and its
 * library costs nobody else memory. */

/* Starts the one that argv[0] names: beside this program, or the installed one. fds are what it gets as descriptors 0, 1
 * and 3; -1: as they are (3: closed). -errno. */
int own_program_start(char *const argv[], const int fds[3], pid_t *ret);

/* Waits for it: its exit status, or -1. */
int own_program_wait(pid_t pid);
