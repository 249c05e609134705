/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Only for the files of probe/root. */

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

        /* live: the open MSR device; tree: hawd/msr, read for the first register; both: values so far */
        int msr_fd;
        Reason msr_reason;
        bool msr_opened;
        size_t n_msrs;
        RootMsr msrs[ROOT_MSRS_MAX];
};

/* Selects how paths below the root are opened. -ENOSYS or -EPERM: cannot keep them inside it. */
int root_open_begin(Root *root);

/* Opens path below the root. fd or -errno. */
int root_openat(const Root *root, const char *path, int flags);

/* The reason for a failed read of path: in a tree the recorded one, if any. Calls the observer. */
Reason root_failed(Root *root, const char *path, Reason reason);

void root_tell_file(const Root *root, const char *path, Bytes content);

/* Adds what a virtual CPU says to the answers; arm64 only. */
void root_kvm_ask_vcpu(int kvm, KvmAnswers *ret);

/* Makes room for size bytes and a NUL. */
bool buffer_reserve(Buffer *buffer, size_t size);

/* Reads a file of hawd/ in a tree; `live_path` is the path it replaces in hawd/reasons. */
Reason root_read_text(Root *root, const char *path, const char *live_path, size_t max, Buffer *ret);
