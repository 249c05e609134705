/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The answers to `hawctl gather --output=FILE` so far, in FILE.partial: for --continue, after an interruption
 * or for the hosts that failed. Each answer is a line
 *
 *     {"host": "web1", "bytes": 31077, "machineId": "…", "hostname": "…"}
 *
 * with the name that was asked, which the document does not have, and then the document on a line of so many
 * bytes. What follows the last whole answer is dropped. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ctl/fleet/gather-answer.h"
#include "ctl/show/replaced-file.h"

typedef struct GatherJournal {
        char *path;
        int fd;    /* locked: one run for each output */
        off_t end; /* of the last whole answer */
} GatherJournal;

typedef struct GatherRecord {
        const char *host;
        GatherIdentity identity;
        off_t offset; /* of the document */
        size_t n;
} GatherRecord;

/* Opens that of the output and locks it. `keep` keeps the answers of a former run. Returns an exit status
 * after printing the error. */
int gather_journal_open(const char *output, bool keep, GatherJournal *ret);
void gather_journal_done(GatherJournal *journal);

/* Calls it for each whole answer in the order of writing, then drops what follows the last of them. -errno,
 * or the negative value that it returned. */
typedef int (*GatherVisit)(const GatherRecord *record, void *userdata);
int gather_journal_read(GatherJournal *journal, GatherVisit visit, void *userdata);

/* Appends an answer; the record's offset is set. -errno: nothing was added. */
int gather_journal_append(GatherJournal *journal, GatherRecord *record, const char *text);

/* Copies a document of n bytes and a newline. -errno. */
int gather_journal_copy(const GatherJournal *journal, off_t offset, size_t n, ReplacedFile *to);

int gather_journal_remove(GatherJournal *journal);
