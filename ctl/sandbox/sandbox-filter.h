/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Whether the kernel supports filters that kill a process. */
bool sandbox_filter_supported(void);

/* Allows only reading and writing open files, memory, the clock, and exit. Opening files and querying the
 * system fail with EACCES, as libraries try both; everything else kills the process with SIGSYS. -errno. */
int sandbox_filter_enter(void);
