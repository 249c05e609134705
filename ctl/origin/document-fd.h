/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* The text that a service gave as a file. Only memory that nobody can change or shorten any more is read: another kind of file
 * may hang, or be another at each look. `max` bytes; *ret is the caller's. -EBADMSG: no such file; -errno. */
int document_fd_read(int fd, size_t max, char **ret, size_t *ret_n);
