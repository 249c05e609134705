/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/root/memory-tree.h"

/* Hands a tree to hawd-archive (capture-header.h): names sorted, so that the same tree gives the same bytes. -errno. */
int capture_send(const MemoryTree *tree, int fd);
