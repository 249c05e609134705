/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/root/memory-tree.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "probe/cleanup.h"

/* The kernel's limit for links in one path (MAXSYMLINKS). */
#define LINKS_MAX 40

static int compare_names(const void *a, const void *b) {
        const TreeName *x = a, *y = b;

        if (x->parent != y->parent)
                return (uintptr_t) x->parent < (uintptr_t) y->parent ? -1 : 1;
        if (x->n != y->n)
                return x->n < y->n ? -1 : 1;
        return memcmp(x->text, y->text, x->n);
}

static void free_node(void *node) {
        free(((TreeNode *) node)->content);
        free(node);
}

static TreeNode *find_child(const MemoryTree *tree, const TreeNode *parent, const char *text, size_t n) {
        const TreeName name = { .parent = parent, .text = text, .n = n };
        TreeNode *const *found = tfind(&name, &tree->index, compare_names);

        return found ? *found : NULL;
}

static int add_child(MemoryTree *tree, TreeNode *parent, TreeKind kind, const char *text, size_t n,
                TreeNode **ret) {
        TreeNode *node = calloc(1, sizeof(TreeNode) + n + 1);

        if (!node)
                return -ENOMEM;
        memcpy(node->text, text, n);
        node->name = (TreeName){ .parent = parent, .text = node->text, .n = n };
        node->kind = kind;
        if (!tsearch(node, &tree->index, compare_names)) {
                free(node);
                return -ENOMEM;
        }
        if (parent) {
                node->next = parent->children;
                parent->children = node;
        }
        *ret = node;
        return 0;
}

int memory_tree_new(MemoryTree **ret) {
        _cleanup_(memory_tree_freep) MemoryTree *tree = calloc(1, sizeof(MemoryTree));

        if (!tree || add_child(tree, NULL, TREE_DIRECTORY, "", 0, &tree->top) < 0)
                return -ENOMEM;
        *ret = TAKE_PTR(tree);
        return 0;
}

MemoryTree *memory_tree_free(MemoryTree *tree) {
        if (!tree)
                return NULL;
        tdestroy(tree->index, free_node);
        free(tree);
        return NULL;
}

/* ── paths ─────────────────────────────────────────────────────────────────────────────────────────────── */

typedef struct Walk {
        const MemoryTree *tree;
        MemoryTree *grows; /* missing directories are created in it; NULL: not created */
        unsigned links;
        bool follow; /* links */
} Walk;

static int walk_path(Walk *walk, TreeNode *from, const char *path, bool follow_last, TreeNode **ret);

static int follow_link(Walk *walk, TreeNode *link, TreeNode **ret) {
        const char *target = (const char *) link->content;
        TreeNode *from = (TreeNode *) link->name.parent;

        if (!walk->follow)
                return -ENOTDIR;
        if (++walk->links > LINKS_MAX)
                return -ELOOP;
        if (!target || !*target)
                return -ENOENT;
        return walk_path(walk, *target == '/' ? walk->tree->top : from, target, true, ret);
}

/* Resolves one component in a directory; `more`: others follow. */
static int walk_component(
                Walk *walk, TreeNode *at, const char *text, size_t n, bool follow, TreeNode **ret) {
        TreeNode *child;

        if (at->kind != TREE_DIRECTORY)
                return -ENOTDIR;
        if (n == 1 && text[0] == '.') {
                *ret = at;
                return 0;
        }
        if (n == 2 && text[0] == '.' && text[1] == '.') {
                *ret = at->name.parent ? (TreeNode *) at->name.parent : at;
                return 0;
        }
        child = find_child(walk->tree, at, text, n);
        if (!child)
                return walk->grows ? add_child(walk->grows, at, TREE_DIRECTORY, text, n, ret) : -ENOENT;
        if (child->kind == TREE_LINK && follow)
                return follow_link(walk, child, ret);
        *ret = child;
        return 0;
}

static int walk_path(Walk *walk, TreeNode *from, const char *path, bool follow_last, TreeNode **ret) {
        TreeNode *at = from;

        for (path += strspn(path, "/"); *path;) {
                size_t n = strcspn(path, "/");
                const char *rest = path + n + strspn(path + n, "/");
                int r = walk_component(walk, at, path, n, *rest || follow_last, &at);

                if (r < 0)
                        return r;
                path = rest;
        }
        *ret = at;
        return 0;
}

/* Finds the directory of the last component, and that component. */
static int walk_above(Walk *walk, const char *path, const char **ret_name, size_t *ret_n, TreeNode **ret) {
        size_t end = strlen(path), start;
        _cleanup_free_ char *above = NULL;
        int r;

        while (end > 0 && path[end - 1] == '/')
                end--;
        for (start = end; start > 0 && path[start - 1] != '/';)
                start--;
        above = strndup(path, start);
        if (!above)
                return -ENOMEM;
        r = walk_path(walk, walk->tree->top, above, true, ret);
        if (r >= 0 && (*ret)->kind != TREE_DIRECTORY)
                r = -ENOTDIR;
        *ret_name = path + start;
        *ret_n = end - start;
        return r;
}

/* ── reading ───────────────────────────────────────────────────────────────────────────────────────────── */

int memory_tree_find(const MemoryTree *tree, const char *path, bool follow, const TreeNode **ret) {
        Walk walk = { .tree = tree, .follow = true };
        TreeNode *node;
        int r = walk_path(&walk, tree->top, path, follow, &node);

        if (r >= 0)
                *ret = node;
        return r;
}

/* ── writing ───────────────────────────────────────────────────────────────────────────────────────────── */

int memory_tree_add(MemoryTree *tree, TreeKind kind, const char *path, TreeNode **ret) {
        Walk walk = { .tree = tree, .grows = tree };
        TreeNode *above, *there;
        const char *name;
        size_t n;
        int r = walk_above(&walk, path, &name, &n, &above);

        if (r < 0)
                return r;
        /* "./" is the top itself. */
        there = n == 0 || (n == 1 && name[0] == '.') ? above : find_child(tree, above, name, n);
        if (!there)
                return add_child(tree, above, kind, name, n, ret);
        if (kind != TREE_DIRECTORY || there->kind != TREE_DIRECTORY)
                return -EEXIST;
        *ret = there;
        return 0;
}

int memory_tree_reserve(TreeNode *node, size_t n) {
        uint8_t *content = malloc(n + 1);

        if (!content)
                return -ENOMEM;
        content[n] = 0;
        free(node->content);
        node->content = content;
        node->n = n;
        return 0;
}

static int fill(TreeNode *node, Bytes content) {
        int r = memory_tree_reserve(node, content.n);

        if (r >= 0 && content.n > 0)
                memcpy(node->content, content.data, content.n);
        return r;
}

int memory_tree_make_directory(MemoryTree *tree, const char *path) {
        Walk walk = { .tree = tree, .grows = tree, .follow = true };
        TreeNode *node;
        int r = walk_path(&walk, tree->top, path, true, &node);

        return r >= 0 && node->kind != TREE_DIRECTORY ? -ENOTDIR : r;
}

int memory_tree_write(MemoryTree *tree, const char *path, Bytes content) {
        Walk walk = { .tree = tree, .grows = tree, .follow = true };
        TreeNode *above, *node;
        const char *name;
        size_t n;
        int r = walk_above(&walk, path, &name, &n, &above);

        if (r < 0)
                return r;
        node = find_child(tree, above, name, n);
        if (node && node->kind != TREE_FILE)
                return -EEXIST;
        if (!node)
                r = add_child(tree, above, TREE_FILE, name, n, &node);
        return r < 0 ? r : fill(node, content);
}

int memory_tree_link(MemoryTree *tree, const char *path, const char *target) {
        Walk walk = { .tree = tree, .grows = tree, .follow = true };
        TreeNode *above, *node;
        const char *name;
        size_t n;
        int r = walk_above(&walk, path, &name, &n, &above);

        if (r < 0 || find_child(tree, above, name, n))
                return r;
        r = add_child(tree, above, TREE_LINK, name, n, &node);
        return r < 0 ? r : fill(node, (Bytes){ .data = (const uint8_t *) target, .n = strlen(target) });
}
