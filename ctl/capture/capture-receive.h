/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A tree in memory from the entries that hawd-archive hands over. It read what strangers wrote: nothing that it says is
 * believed, and archive_refuse() decides about each entry. Pure. */

#include "ctl/capture/capture-header.h"
#include "probe/decode/bytes.h"
#include "probe/root/memory-tree.h"

typedef struct CaptureReceiver {
        MemoryTree *tree; /* the caller's */
        ArchiveTotals totals;
        CaptureHeader header;
        size_t have; /* bytes of what is being received: the header, the names, or the content */
        enum { RECEIVE_HEADER, RECEIVE_NAMES, RECEIVE_CONTENT } part;
        TreeNode *file; /* that the content is of */
        uint8_t bytes[CAPTURE_HEADER_SIZE];
        char names[2 * ARCHIVE_PATH_MAX + 2]; /* the path and the target */
        char why[512];                        /* it was refused: printable */
} CaptureReceiver;

void capture_receiver_init(CaptureReceiver *receiver, MemoryTree *tree);

/* The next bytes, however they are cut. -EBADMSG (see why) and -ENOMEM end it. */
int capture_receive(CaptureReceiver *receiver, Bytes bytes);

/* Whether an entry ended with the last byte. */
bool capture_receiver_between(const CaptureReceiver *receiver);
