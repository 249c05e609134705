/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The text of a document to what a fleet keeps of it. No I/O. */

#include <stddef.h>

#include "fleet/fleet.h"
#include "profile/document/json-parse.h"

/* Sees each profile while it is whole. */
typedef struct FleetVisit {
        /* In any thread, several at once. May fill record->answer. -ENOMEM */
        int (*visit)(const Profile *host, FleetRecord *record, void *userdata);
        void *userdata;
} FleetVisit;

/* Reads a profile or a summary. visit: NULL for none. After document_memory_init(). -EINVAL with *reterr filled;
 * -ENOMEM. */
int fleet_document_read(
                const char *text, size_t n, const FleetVisit *visit, FleetRecord *ret, JsonError *reterr);

/* The same for a host that was read itself. -ENOMEM */
int fleet_document_host(const Profile *host, const FleetVisit *visit, FleetRecord *ret);
