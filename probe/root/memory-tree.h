/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A host tree in memory: directories, files and links below one top. Nothing of it is ever on a disk, so nothing is left
 * there, however the program ends. Paths are relative, and resolved as openat2(2) does with RESOLVE_IN_ROOT: neither ".."
 * nor a link leads out. */

#include <stdbool.h>
#include <stddef.h>

#include "probe/decode/bytes.h"

typedef enum TreeKind {
        TREE_DIRECTORY,
        TREE_FILE,
        TREE_LINK,
} TreeKind;

typedef struct TreeNode TreeNode;

/* What a node is found by. */
typedef struct TreeName {
        const TreeNode *parent; /* NULL: the top */
        const char *text;
        size_t n;
} TreeName;

struct TreeNode {
        TreeName name; /* first, for the index */
        TreeNode *children, *next;
        TreeKind kind;
        uint8_t *content; /* of a file; a link's target, with a NUL behind it */
        size_t n;
        char text[]; /* the name */
};

typedef struct MemoryTree {
        void *index; /* of all nodes, by name */
        TreeNode *top;
} MemoryTree;

/* -ENOMEM. */
int memory_tree_new(MemoryTree **ret);

/* NULL is fine. Always returns NULL. */
MemoryTree *memory_tree_free(MemoryTree *tree);

static inline void memory_tree_freep(MemoryTree **tree) {
        memory_tree_free(*tree);
}

/* What is at path; a link there is followed, or not. -ENOENT, -ENOTDIR, -ELOOP. */
int memory_tree_find(const MemoryTree *tree, const char *path, bool follow, const TreeNode **ret);

/* Adds what must not be there yet, below directories that are made, through no link: as an archive is unpacked. A
 * directory may be there already. -EEXIST, -ENOTDIR (something on the way is no directory), -ENOMEM. */
int memory_tree_add(MemoryTree *tree, TreeKind kind, const char *path, TreeNode **ret);

/* The content of a file, or a link's target: room for n bytes, to be filled in by the caller. -ENOMEM. */
int memory_tree_reserve(TreeNode *node, size_t n);

/* Makes a directory and all above it, through links, as mkdir -p: as a tree is written while a probe reads. -ENOTDIR,
 * -ELOOP, -ENOMEM. */
int memory_tree_make_directory(MemoryTree *tree, const char *path);

/* Writes a file, anew if it is there, below directories that are made, through links. -EEXIST (it is no file), -ENOTDIR,
 * -ELOOP, -ENOMEM. */
int memory_tree_write(MemoryTree *tree, const char *path, Bytes content);

/* Makes a link, unless something of its name is there, below directories that are made, through links. */
int memory_tree_link(MemoryTree *tree, const char *path, const char *target);
