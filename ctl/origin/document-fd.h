/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/* Reads text that a service passed as a file. Accepts only sealed memory files, because reading another
 * kind may block, or its content may change. Up to `max` bytes; the caller frees *ret. -EBADMSG: not such
 * a file; -errno. */
int document_fd_read(int fd, size_t max, char **ret, size_t *ret_n);
