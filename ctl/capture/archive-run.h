/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "probe/root/memory-tree.h"

/* hawctl's end of hawd-archive: no file but those whose descriptors it is given. Both return -errno, -EBADMSG with the
 * reason in `why`, printable. */

#define ARCHIVE_WHY_MAX 640

/* The archive that in is opened on, as a tree. */
int archive_run_unpack(int in, MemoryTree **ret, char why[ARCHIVE_WHY_MAX]);

/* The tree as an archive, written to out. */
int archive_run_pack(const MemoryTree *tree, int out, char why[ARCHIVE_WHY_MAX]);
