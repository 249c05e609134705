/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What /proc has of a process, by the descriptor of its directory there, which stays this process's. */

#include <stddef.h>

/* All of a file, with a NUL behind it. -E2BIG beyond the bound. */
int process_file_read(int process, const char *name, size_t max, char **ret, size_t *ret_n);

/* The program's file; it stays known when a package's update has replaced it. Only who may trace a process sees it. */
int process_program_path(int process, char *ret, size_t size);

/* Whether that link, such as "ns/user", is the user namespace that the kernel started with: 1, 0, or -errno. */
int process_namespace_is_first(int process, const char *link);
