/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/change/history-moves.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* For "; and N more". */
#define RESERVE 40

void moves_add(Moves *moves, bool worse, const char *format, ...) {
        const char *separator = moves->length > 0 ? "; " : "";
        size_t start = moves->length + strlen(separator), end = sizeof(moves->text) - RESERVE;
        int n = -1;
        va_list ap;

        moves->n++;
        moves->worse |= worse;
        if (start < end) {
                va_start(ap, format);
                n = vsnprintf(moves->text + start, end - start, format, ap);
                va_end(ap);
        }
        /* Drops partial text. */
        if (n < 0 || (size_t) n >= end - start) {
                moves->text[moves->length] = 0;
                moves->n_dropped++;
                return;
        }
        memcpy(moves->text + moves->length, separator, strlen(separator));
        moves->length = start + (size_t) n;
}

void moves_finish(Moves *moves) {
        if (moves->n_dropped > 0)
                moves->length += (size_t) snprintf(moves->text + moves->length,
                                sizeof(moves->text) - moves->length, "%s%zu more",
                                moves->length > 0 ? "; and " : "", moves->n_dropped);
}
