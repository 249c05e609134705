/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Decides which entries of an archive may become files: plain names below one directory, regular files,
 * directories and links that stay inside, up to limits. Pure. */

#include <stddef.h>
#include <stdint.h>

#define ARCHIVE_PATH_MAX 512
#define ARCHIVE_DEPTH_MAX 32
#define ARCHIVE_FILE_MAX (UINT64_C(32) << 20)
#define ARCHIVE_TOTAL_MAX (UINT64_C(128) << 20)
#define ARCHIVE_ENTRIES_MAX 200000

typedef enum ArchiveType {
        ARCHIVE_FILE,
        ARCHIVE_DIRECTORY,
        ARCHIVE_LINK,
        ARCHIVE_HARD_LINK,
        ARCHIVE_OTHER, /* device nodes, FIFOs, sockets */
} ArchiveType;

typedef struct ArchiveEntry {
        ArchiveType type;
        const char *path;   /* NULL: none */
        const char *target; /* of a link */
        uint64_t size;
} ArchiveEntry;

typedef struct ArchiveTotals {
        uint64_t bytes;
        size_t entries;
} ArchiveTotals;

/* NULL: the entry may be unpacked and is added to the totals; else the rule it breaks. */
const char *archive_refuse(const ArchiveEntry *entry, ArchiveTotals *totals);
