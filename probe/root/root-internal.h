/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Shared by the files of probe/root only. */

#include "probe/root/memory-tree.h"
#include "probe/root/reasons.h"
#include "probe/root/replay-text.h"
#include "probe/root/root.h"

#define ROOT_MSRS_MAX 64

struct Root {
        int fd; /* O_PATH directory; -1: a tree in memory */
        MemoryTree *memory;
        bool live;
        bool without_openat2;
        RootObserver observer;
        Root *private_tree; /* NULL: none */

        ReasonTable reasons; /* of a tree: hawd/reasons */

        /* live: the opened MSR device; tree: hawd/msr, read at the first register; both: what was answered so far */
        int msr_fd;
        Reason msr_reason;
        bool msr_opened;
        size_t n_msrs;
        RootMsr msrs[ROOT_MSRS_MAX];
};

/* Finds out how paths below the root are opened. -ENOSYS or -EPERM: they cannot be kept inside it. */
int root_open_begin(Root *root);

/* A path below the root. The fd or -errno. */
int root_openat(const Root *root, const char *path, int flags);

/* What a failed read of path means: the recorded reason in a tree, where one is. Tells the observer. */
Reason root_failed(Root *root, const char *path, Reason reason);

void root_tell_file(const Root *root, const char *path, Bytes content);

/* Room for size bytes and a NUL behind them. */
bool buffer_reserve(Buffer *buffer, size_t size);

/* A file of hawd/ in a tree, or why not; `live_path` names what it stands for in hawd/reasons. */
Reason root_read_text(Root *root, const char *path, const char *live_path, size_t max, Buffer *ret);
