/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where profiles go: at once to standard output, or, when all hosts were asked, to a file. */

#include <stdbool.h>

#include "ctl/fleet/gather-journal.h"
#include "ctl/fleet/host-list.h"

/* What a host of the list has answered. */
typedef struct GatherKept {
        bool answered;
        GatherIdentity identity;
        off_t offset; /* in the journal */
        size_t n;
} GatherKept;

typedef struct GatherOutput {
        const char *path; /* NULL: standard output */
        const HostList *hosts;
        GatherJournal journal; /* of a file */
        GatherKept *kept;      /* by position in the list */
        size_t answered;
        size_t others;    /* answers of the former run from hosts that are not in the list */
        bool reader_gone; /* of standard output */
} GatherOutput;

/* `path` is NULL for standard output; `resume` keeps the answers of a former run. Returns an exit status
 * after printing the error. */
int gather_output_open(const char *path, bool resume, const HostList *hosts, GatherOutput *ret);

/* Adds the answer of a host. -errno: no further one can be added. */
int gather_output_put(GatherOutput *output, size_t host, const GatherIdentity *identity, const char *text,
                size_t n);

/* Writes the file if any host has answered: a document on each line, in the order of the list. The journal
 * stays unless all have answered. Returns an exit status after printing the error. */
int gather_output_finish(GatherOutput *output);

/* Keeps what there is for --continue. */
void gather_output_done(GatherOutput *output);
