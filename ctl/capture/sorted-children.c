/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/capture/capture-parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int compare_names(const void *a, const void *b) {
        const TreeNode *const *x = a, *const *y = b;

        return strcmp((*x)->text, (*y)->text);
}

int sorted_children(const TreeNode *directory, const TreeNode ***ret, size_t *ret_n) {
        const TreeNode **children;
        size_t n = 0;

        for (const TreeNode *child = directory->children; child; child = child->next)
                n++;
        children = malloc((n + 1) * sizeof(children[0]));
        if (!children)
                return -ENOMEM;
        n = 0;
        for (const TreeNode *child = directory->children; child; child = child->next)
                children[n++] = child;
        qsort(children, n, sizeof(children[0]), compare_names);
        *ret = children;
        *ret_n = n;
        return 0;
}
