/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads a class's text, word by word. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The rest of a text, or of a line of it. */
typedef struct Cursor {
        const char *at, *end;
} Cursor;

/* Takes up to the separator, or all that is left. False: nothing is left. */
bool cursor_take(Cursor *cursor, char separator, Cursor *ret);

/* The same, copied with a terminating 0. False: also if it does not fit. */
bool cursor_take_text(Cursor *cursor, char separator, char *ret, size_t size);

/* Digits of a base up to 16, in lower case. False: there is none, or the number exceeds 64 bits. */
bool cursor_number(Cursor *cursor, unsigned base, uint64_t *ret);

bool cursor_char(Cursor *cursor, char c);
