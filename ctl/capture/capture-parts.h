/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a tree in memory is written by. */

#include "probe/root/memory-tree.h"

/* What a directory holds, by name, freed by the caller. -ENOMEM. */
int sorted_children(const TreeNode *directory, const TreeNode ***ret, size_t *ret_n);

/* Writes a tree in memory into an empty directory, for its owner alone. -errno. */
int tree_file_write(const MemoryTree *tree, int directory);

/* Hands a tree to hawd-archive (capture-header.h): names sorted, so that the same tree gives the same bytes. -errno. */
int capture_send(const MemoryTree *tree, int fd);
