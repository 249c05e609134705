/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the collector reads, and what it writes to its tree. */

#include "probe/root/root.h"

typedef struct Collection {
        Root *root;         /* the host */
        Root *private_tree; /* as collected before */
        int fd;             /* the same tree, for writing */
        Buffer buffer;
        int error; /* first write error, -errno */
} Collection;

/* From here on the root reports every file to the collection. The caller owns the roots. */
void collection_begin(Collection *collection);
void collection_done(Collection *collection);

void collect_everything(Collection *collection);

/* The lines of the kernel's log that matter (probe/decode/kernel/kernel-log.h). */
void collect_kernel_log(Collection *collection);

/* What Xen says to dom0 (probe/root/root-xen.h). */
void collect_xen(Collection *collection);

/* Collects one request (daemon/requests.h); others are logged and ignored. */
void collect_request(Collection *collection, const char *name);
