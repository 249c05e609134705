/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Whether this kernel has system call filters that end a process. */
bool sandbox_filter_supported(void);

/* From here on: reading and writing what is open, memory, the clock, and the end. What asks for files or for what the
 * system is like gets EACCES, as libraries do in passing; everything else ends the process with SIGSYS. -errno. */
int sandbox_filter_enter(void);
