/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writers of a tree in memory. */

#include "probe/root/memory-tree.h"

/* Children of a directory by name, freed by the caller. -ENOMEM. */
int sorted_children(const TreeNode *directory, const TreeNode ***ret, size_t *ret_n);

/* Writes a tree to an empty directory, readable by its owner only. -errno. */
int tree_file_write(const MemoryTree *tree, int directory);

/* Sends a tree to hawd-archive (capture-header.h), sorted by name: the same tree gives the same bytes.
 * -errno. */
int capture_send(const MemoryTree *tree, int fd);
