/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/iort.h"

#define IORT_NODE_HEADER_SIZE 16

/* A node within the table: `length` bytes at `offset`. */
typedef struct IortNode {
        uint32_t offset;
        uint16_t length;
        uint8_t type, revision;
        int index; /* in the array of its type; -1: ignored, or only counted */
} IortNode;

/* Decodes one node, and appends it to the array of its type. -ENOMEM only. */
int iort_node_decode(Bytes table, IortNode *node, Iort *iort, FaultList *faults);
