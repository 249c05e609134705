/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the collector reads of the host, and what of it goes into its tree. */

#include "probe/root/root.h"

typedef struct Collection {
        Root *root;         /* the host */
        Root *private_tree; /* what was collected before */
        int fd;             /* the same tree, to write into */
        Buffer buffer;
        int error; /* the first failure to write, -errno */
} Collection;

/* The root tells the collection of every file from here on. The roots stay the caller's. */
void collection_begin(Collection *collection);
void collection_done(Collection *collection);

void collect_everything(Collection *collection);

/* Lines of the kernel's log, where a virtio-iommu has its width there. */
void collect_kernel_log(Collection *collection);

/* One request by its name (daemon/requests.h); others are reported and ignored. */
void collect_request(Collection *collection, const char *name);
