/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* A new file with n bytes and then `end`; nothing of it stays when it fails. -errno. */
int write_file_at(int fd, const char *name, const void *bytes, size_t n, const char *end);

/* The same under another name first, so that `name` is the old file or the whole new one. */
int replace_file_at(int fd, const char *name, const void *bytes, size_t n, const char *end);

/* A directory and what is in it, links not followed, as far as it goes. */
void remove_tree_at(int fd, const char *name);
