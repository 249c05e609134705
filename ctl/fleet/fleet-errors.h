/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages about documents of a fleet, on standard error: at once, in order of reading, and of each source only
 * the first ones; the others are counted. */

#include <stdint.h>

#include "ctl/fleet/source-names.h"

#define FLEET_MESSAGES_MAX 20

typedef struct FleetErrors {
        uint64_t n;       /* documents and sources that could not be read */
        uint64_t n_again; /* documents of hosts that were read before */
        /* Private: of the current source. */
        uint64_t bad, doubles;
} FleetErrors;

/* A document, or with line 0 a source, is no profile. */
void fleet_error(FleetErrors *errors, const SourceNames *names, uint32_t source, uint64_t line,
                const char *text);

/* A host was read before. */
void fleet_note(FleetErrors *errors, const SourceNames *names, uint32_t source, uint64_t line,
                const char *text);

/* Prints how many messages of the source were not printed. */
void fleet_errors_end(FleetErrors *errors, const SourceNames *names, uint32_t source);
