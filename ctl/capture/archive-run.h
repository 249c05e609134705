/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "probe/root/memory-tree.h"

/* Runs hawd-archive, which gets no files but the descriptors given. Both return -errno; -EBADMSG sets
 * `why`, printable. */

#define ARCHIVE_WHY_MAX 640

/* Unpacks the archive from `in` into a tree. */
int archive_run_unpack(int in, MemoryTree **ret, char why[ARCHIVE_WHY_MAX]);

/* Packs the tree into an archive on out. */
int archive_run_pack(const MemoryTree *tree, int out, char why[ARCHIVE_WHY_MAX]);

/* Reads the reason of a failed hawd-archive after it has ended; the message is one write that fits the pipe.
 * -EBADMSG; -EPROTO: there is none. */
int archive_run_reason(int fd, char why[ARCHIVE_WHY_MAX]);
