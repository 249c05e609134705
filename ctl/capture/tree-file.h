/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/root/memory-tree.h"

/* Writes a tree in memory into an empty directory, for its owner alone. -errno. */
int tree_file_write(const MemoryTree *tree, int directory);
