/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Drops privileges before untrusted input is parsed (docs/security.md). */

#include <stdbool.h>
#include <sys/types.h>

#include "ctl/sandbox/program-limits.h"

/* For the rest of the process: user nobody instead of root, a user namespace if allowed, no capabilities
 * and no way to regain them, only the first descriptors (standard error goes nowhere), the limits, death
 * with the parent, and a system call filter that allows reading and writing open files, and memory.
 *
 * Without filters in the kernel, prints a warning and applies the rest. -errno: a step failed that works
 * on all supported systems; the program must exit. */
int sandbox_enter(const ProgramLimits *limits, pid_t parent);

/* Whether sanitizers or valgrind run this process: they need more memory and system calls, so there is no
 * filter, and no limit on memory and processes. */
bool sandbox_is_watched(void);

/* The parent's process ID, as passed by hawctl; 0: invalid. */
pid_t sandbox_parent(const char *argument);
