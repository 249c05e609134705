/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The hosts that a command line names, read in as many threads as there are processors. Of the documents only
 * what a Fleet keeps stays in memory. */

#include "ctl/command/options.h"
#include "ctl/fleet/fleet-document.h"
#include "ctl/fleet/fleet-errors.h"
#include "ctl/fleet/fleet-store.h"
#include "ctl/fleet/source-names.h"

typedef struct FleetRead {
        Fleet *fleet; /* finished, with at least one host */
        FleetErrors errors;
        SourceNames names;
        FleetTexts texts;
        FleetStore store;
} FleetRead;

/* Reads all that the arguments name. Returns an exit status after printing errors; EXIT_SUCCESS also if some
 * documents could not be read: see fleet_read_status(). visit: NULL for none. *ret must stay where it is until
 * fleet_read_done(), also after an error. */
int fleet_read(const Options *options, int argc, char **argv, const FleetVisit *visit, FleetRead *ret);

/* The exit status of a verb: EXIT_FAILURE if a document could not be read. */
int fleet_read_status(const FleetRead *read, int status);

/* "FILE:LINE" of a host. */
void fleet_read_path(const FleetRead *read, FleetPlace place, char *ret, size_t size);

void fleet_read_done(FleetRead *read);
