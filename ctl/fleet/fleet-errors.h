/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages about documents of a fleet, on standard error: at once, in order of reading, and of each argument of
 * the command line only the first ones; the others are counted. */

#include <stddef.h>
#include <stdint.h>

#include "ctl/fleet/source-names.h"

#define FLEET_MESSAGES_MAX 20

typedef enum FleetMessage {
        FLEET_BAD,     /* a document, or with line 0 a source, could not be read */
        FLEET_AGAIN,   /* a host was read before */
        FLEET_IGNORED, /* files of a directory are not read */
        _FLEET_MESSAGE_MAX,
} FleetMessage;

typedef struct FleetErrors {
        uint64_t n;                           /* FLEET_BAD of all arguments */
        uint64_t current[_FLEET_MESSAGE_MAX]; /* of the current one */
} FleetErrors;

void fleet_errors_add(FleetErrors *errors, FleetMessage kind, const SourceNames *names, uint32_t source,
                uint64_t line, const char *text);

/* Prints how many messages of the argument were not printed. */
void fleet_errors_end(FleetErrors *errors, const SourceNames *names, uint32_t source);
