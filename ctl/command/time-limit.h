/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --timeout: a verb ends in time even if a service, a file system or a guest blocks. */

#define TIME_LIMIT_MAX 86400U

/* Runs it in a child process and returns the child's exit status; EXIT_TIMEOUT after the timeout,
 * EXIT_FAILURE if a signal ended the child. Late children are killed but not waited for, because one that
 * is blocked in the kernel may never end. Except on a terminal, output is held back until the child ends,
 * and dropped if it is late. */
int time_limit_run(unsigned seconds, const char *verb, int (*run)(void *userdata), void *userdata);
