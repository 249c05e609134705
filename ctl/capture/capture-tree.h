/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A host tree in memory, written while a probe reads: what it read, without what identifies a machine
 * (man hawd-root(5)). */

#include "probe/root/memory-tree.h"
#include "probe/root/root.h"

typedef struct CaptureTree {
        MemoryTree *memory; /* holds the tree */
        int error;          /* first failure, -errno; nothing is written after it */
        size_t n_files, n_refused;
        size_t n_names;
        char **names; /* names that the probe listed; those not read become empty directories */
        size_t n_reasons;
        char **reasons; /* lines of hawd/reasons */
        char kernel[65];
} CaptureTree;

/* -ENOMEM. */
int capture_tree_init(CaptureTree *tree);
void capture_tree_done(CaptureTree *tree);

RootObserver capture_tree_observer(CaptureTree *tree);

/* Reads all that a profile needs, for the observer only. -errno. */
int capture_observe(Root *root, const RootObserver *observer);

/* Writes what is known at the end: hawd/format, hawd/reasons, names. Returns the first failure, or 0. */
int capture_tree_finish(CaptureTree *tree);
