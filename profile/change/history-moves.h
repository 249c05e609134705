/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A bounded list of changes, as one line: "iovaBits 48 -> 39; group 14 gained 0000:01:00.1; and 7 more". */

#include <stdbool.h>
#include <stddef.h>

#define MOVES_TEXT_MAX 1024

typedef struct Moves {
        char text[MOVES_TEXT_MAX];
        size_t length;
        size_t n;         /* all changes */
        size_t n_dropped; /* changes not in the text */
        bool worse;       /* something shrank or is shared differently */
} Moves;

void moves_add(Moves *moves, bool worse, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Appends the number of those left. */
void moves_finish(Moves *moves);
