/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A host tree that is written while a probe reads, in memory: exactly what it saw, less what names a machine (man hawd-root(5)). */

#include "probe/root/memory-tree.h"
#include "probe/root/root.h"

typedef struct CaptureTree {
        MemoryTree *memory; /* that it grows in */
        int error;          /* the first failure, -errno; nothing is written after it */
        size_t n_files, n_refused;
        size_t n_names;
        char **names; /* listed by the probe; those it looked at no further become empty directories */
        size_t n_reasons;
        char **reasons; /* lines of hawd/reasons */
        char kernel[65];
} CaptureTree;

/* -ENOMEM. */
int capture_tree_init(CaptureTree *tree);
void capture_tree_done(CaptureTree *tree);

RootObserver capture_tree_observer(CaptureTree *tree);

/* Reads all that a profile is made of, for the observer alone. -errno. */
int capture_observe(Root *root, const RootObserver *observer);

/* Writes what is known only at the end: hawd/format, hawd/reasons, names. The first failure of all, or 0. */
int capture_tree_finish(CaptureTree *tree);
