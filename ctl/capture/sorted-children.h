/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/root/memory-tree.h"

/* What a directory holds, by name, freed by the caller. -ENOMEM. */
int sorted_children(const TreeNode *directory, const TreeNode ***ret, size_t *ret_n);
