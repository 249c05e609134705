/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --timeout: a verb ends in time even when a service, a file system or a guest keeps it waiting. */

#define TIME_LIMIT_MAX 86400U

/* Runs it in a child process and returns the child's exit status; EXIT_TIMEOUT when the seconds are over, EXIT_FAILURE when
 * a signal ended the child. Late children are killed but not waited for: one that is blocked in the kernel may never end.
 * Except on a terminal, the child's output is held back until it has ended, and is dropped when it is late. */
int time_limit_run(unsigned seconds, const char *verb, int (*run)(void *userdata), void *userdata);
