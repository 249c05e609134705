/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text from hardware, firmware and the kernel: made printable once, where it is decoded, because one bad byte
 * fails a whole D-Bus reply and an escape sequence moves a terminal's cursor. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "probe/character.h"
#include "probe/decode/bytes.h"

/* Copies into ret[size] as printable UTF-8, always terminated: what is not UTF-8 becomes \xNN for each byte, and a character
 * that is not seen \xNN or \uNNNN (probe/character.h). Stops at the first NUL or at the end of the view; what does not
 * fit is left out, never half of a character. What is printable stays as it is, so that a second time changes nothing; so do
 * leading and trailing blanks, which are part of some CPU vendor strings. */
void text_printable(Bytes b, char *ret, size_t size);

/* Whether text_printable() would leave all of it as it is. */
bool text_is_printable(Bytes b);

/* One line of a text at a time, without its newline and without a trailing CR. A line may hold NULs; a last line without
 * newline counts. Returns false at the end. `cursor` starts at 0. */
bool text_line(Bytes text, size_t *cursor, Bytes *ret);

/* The view without blanks and tabs at both ends. */
Bytes text_trim(Bytes b);

/* One word up to blanks, taken off the front of `rest`. False when none is left. */
bool text_word(Bytes *rest, Bytes *ret);

bool text_equal(Bytes b, const char *s);
bool text_starts(Bytes b, const char *prefix);

/* The whole view as a number, nothing before or after it, no sign. base 16 takes an optional 0x; base 10 only
 * digits. False when empty, too long or out of range. */
bool text_u64(Bytes b, unsigned base, uint64_t *ret);
