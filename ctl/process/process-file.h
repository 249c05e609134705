/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files of a process in /proc, by its directory's descriptor, safe from PID reuse. */

#include <stddef.h>

/* Reads a whole file and appends a NUL. -E2BIG above `max`. */
int process_file_read(int process, const char *name, size_t max, char **ret, size_t *ret_n);

/* Path of the program; also known after an update replaced it. Needs permission to trace the process. */
int process_program_path(int process, char *ret, size_t size);

/* Whether that link, such as "ns/user", is the initial user namespace: 1, 0, or -errno. */
int process_namespace_is_first(int process, const char *link);
