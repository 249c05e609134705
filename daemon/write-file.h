/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Writes a new file: n bytes and then `end`; removes it on failure. -errno. */
int write_file_at(int fd, const char *name, const void *bytes, size_t n, const char *end);

/* Writes a temporary file and renames it: `name` is the old file or the new one. */
int replace_file_at(int fd, const char *name, const void *bytes, size_t n, const char *end);

/* Removes a directory recursively, not following links; ignores errors. */
void remove_tree_at(int fd, const char *name);
