/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A host tree in memory: directories, files and links. Nothing is written to disk, so nothing is left when
 * the program ends. Paths are relative and resolved like openat2(2) with RESOLVE_IN_ROOT: neither ".." nor a
 * link leads outside. */

#include <stdbool.h>
#include <stddef.h>

#include "probe/decode/bytes.h"

typedef enum TreeKind {
        TREE_DIRECTORY,
        TREE_FILE,
        TREE_LINK,
} TreeKind;

typedef struct TreeNode TreeNode;

/* Key of a node. */
typedef struct TreeName {
        const TreeNode *parent; /* NULL: the top */
        const char *text;
        size_t n;
} TreeName;

struct TreeNode {
        TreeName name; /* first, for the index */
        TreeNode *children, *next;
        TreeKind kind;
        uint8_t *content; /* file content, or link target with a trailing NUL */
        size_t n;
        char text[]; /* the name */
};

typedef struct MemoryTree {
        void *index; /* all nodes by name */
        TreeNode *top;
} MemoryTree;

/* -ENOMEM. */
int memory_tree_new(MemoryTree **ret);

/* Accepts NULL. Always returns NULL. */
MemoryTree *memory_tree_free(MemoryTree *tree);

static inline void memory_tree_freep(MemoryTree **tree) {
        memory_tree_free(*tree);
}

/* The node at path; `follow`: follows a link there. -ENOENT, -ENOTDIR, -ELOOP. */
int memory_tree_find(const MemoryTree *tree, const char *path, bool follow, const TreeNode **ret);

/* Adds a new node and missing parent directories, without following links, as when unpacking an archive. An
 * existing directory is accepted. -EEXIST, -ENOTDIR (a parent is not a directory), -ENOMEM. */
int memory_tree_add(MemoryTree *tree, TreeKind kind, const char *path, TreeNode **ret);

/* Allocates n bytes for the content of a file or a link target, to be filled by the caller. -ENOMEM. */
int memory_tree_reserve(TreeNode *node, size_t n);

/* Creates a directory and its parents and follows links, like mkdir -p: for trees written during a probe.
 * -ENOTDIR, -ELOOP, -ENOMEM. */
int memory_tree_make_directory(MemoryTree *tree, const char *path);

/* Writes or overwrites a file and creates missing parents; follows links. -EEXIST (not a file), -ENOTDIR,
 * -ELOOP, -ENOMEM. */
int memory_tree_write(MemoryTree *tree, const char *path, Bytes content);

/* Creates a link unless the name exists, and missing parents; follows links in the path. */
int memory_tree_link(MemoryTree *tree, const char *path, const char *target);
