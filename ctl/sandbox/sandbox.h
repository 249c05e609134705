/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a program gives up before it reads what strangers wrote (docs/security.md). */

#include <stdbool.h>
#include <sys/types.h>

#include "ctl/sandbox/program-limits.h"

/* For the rest of the process: nobody's identity where it was root's, a user namespace of its own where the system allows
 * one, no capabilities and no way to new ones, no descriptors but the first few (standard error leads nowhere), the limits,
 * death with its parent, and a system call filter that lets it read and write what is open, and use memory.
 *
 * Where the kernel has no filters, that is said on standard error, and the rest has to do. -errno: a step failed that
 * fails on no supported system; the program must not go on. */
int sandbox_enter(const ProgramLimits *limits, pid_t parent);

/* Whether sanitizers or valgrind watch this process: they need more memory and system calls than the program, so there is
 * no filter, and no limit on memory and processes. */
bool sandbox_is_watched(void);

/* The process ID of the parent, as hawctl hands it over; 0: not one. */
pid_t sandbox_parent(const char *argument);
