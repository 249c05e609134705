/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* hawd/reasons of a tree: "REASON PATH" per line, the failed reads when the tree was made. */

#include <stddef.h>

#include "probe/decode/bytes.h"
#include "probe/reason.h"

#define REASON_LINES_MAX 65536

typedef struct ReasonEntry {
        Reason reason;
        char *path;
} ReasonEntry;

typedef struct ReasonTable {
        size_t n;
        ReasonEntry *entries; /* sorted by path */
} ReasonTable;

void reason_table_done(ReasonTable *table);

/* Lines with an unknown reason or without a path are ignored. -ENOMEM only. */
int reason_table_decode(Bytes text, ReasonTable *ret);

/* REASON_ABSENT if nothing was recorded. */
Reason reason_table_find(const ReasonTable *table, const char *path);
