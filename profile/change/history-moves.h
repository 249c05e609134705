/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A bounded list of what moved, as one line: "iovaBits 48 -> 39; group 14 gained 0000:01:00.1; and 7 more". */

#include <stdbool.h>
#include <stddef.h>

#define MOVES_TEXT_MAX 1024

typedef struct Moves {
        char text[MOVES_TEXT_MAX];
        size_t length;
        size_t n;         /* all that moved */
        size_t n_dropped; /* of them, not in the text */
        bool worse;       /* something shrank, or is shared otherwise than before */
} Moves;

void moves_add(Moves *moves, bool worse, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Says how many are not in the text. */
void moves_finish(Moves *moves);
