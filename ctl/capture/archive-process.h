/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

/* Starts hawd-archive, the one beside this program or the installed one. fds are what it gets as descriptors 0, 1 and 3;
 * -1: as they are (3: closed). -errno. */
int archive_process_start(char *const argv[], const int fds[3], pid_t *ret);

/* Waits for it: its exit status, or -1. */
int archive_process_wait(pid_t pid);
