/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Opens descriptors 0, 1 and 2 if they are closed. Otherwise the next opened file would become standard
 * input or output, and messages would be written to it. Reads and writes on such a descriptor still fail
 * with EBADF. Every program calls this first; on failure it exits with status 1. */
void standard_descriptors_open(void);

/* Flushes standard output at the end of every program, because a full disk shows only then. Returns
 * `status`, or 1 after printing the reason to standard error. A closed pipe is not an error. */
int standard_output_finish(const char *program, int status);
