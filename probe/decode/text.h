/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text from hardware, firmware and the kernel is made printable where it is decoded: one invalid byte makes
 * a D-Bus reply fail, and escape sequences control the terminal. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/character.h"
#include "probe/decode/bytes.h"

/* Copies to ret[size] as printable UTF-8, always terminated. Invalid UTF-8 becomes \xNN per byte, an
 * invisible character \xNN or \uNNNN (probe/character.h). Stops at the first NUL or the end of the view;
 * text that does not fit is dropped in whole characters. Printable text, including blanks at both ends (part
 * of some CPU vendor strings), is unchanged, so the function is idempotent. */
void text_printable(Bytes b, char *ret, size_t size);

/* True if text_printable() would change nothing. */
bool text_is_printable(Bytes b);

/* Returns one line at a time, without newline and trailing CR. A line may hold NULs; the last line needs no
 * newline. Returns false at the end. `cursor` starts at 0. */
bool text_line(Bytes text, size_t *cursor, Bytes *ret);

/* Removes blanks and tabs at both ends. */
Bytes text_trim(Bytes b);

/* Takes one word, up to blanks, off the front of `rest`. False if none is left. */
bool text_word(Bytes *rest, Bytes *ret);

bool text_equal(Bytes b, const char *s);
bool text_starts(Bytes b, const char *prefix);

/* Parses the whole view as an unsigned number without sign. Base 16 allows a 0x prefix; base 10 only digits.
 * Returns false if empty, too long or out of range. */
bool text_u64(Bytes b, unsigned base, uint64_t *ret);
