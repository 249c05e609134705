/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Builds a tree in memory from the entries that hawd-archive sends. hawd-archive parses untrusted input,
 * so nothing is trusted; archive_refuse() decides about each entry. Pure. */

#include "ctl/capture/capture-header.h"
#include "probe/decode/bytes.h"
#include "probe/root/memory-tree.h"

typedef struct CaptureReceiver {
        MemoryTree *tree; /* borrowed */
        ArchiveTotals totals;
        CaptureHeader header;
        size_t have; /* bytes received of the current part: header, names or content */
        enum { RECEIVE_HEADER, RECEIVE_NAMES, RECEIVE_CONTENT } part;
        TreeNode *file; /* owner of the content */
        uint8_t bytes[CAPTURE_HEADER_SIZE];
        char names[2 * ARCHIVE_PATH_MAX + 2]; /* path and target */
        char why[512];                        /* why refused; printable */
} CaptureReceiver;

void capture_receiver_init(CaptureReceiver *receiver, MemoryTree *tree);

/* Takes the next bytes, cut anywhere. -EBADMSG (see why), -ENOMEM are final. */
int capture_receive(CaptureReceiver *receiver, Bytes bytes);

/* True after the last byte of an entry. */
bool capture_receiver_between(const CaptureReceiver *receiver);
