/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Characters of UTF-8. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest escape: "\ud834\udd73". */
#define CHARACTER_ESCAPE_SIZE 13

/* Decodes the character at the start of n > 0 bytes. Returns its length; 0: invalid; -EAGAIN: more bytes are
 * needed. Overlong forms and surrogates are invalid (Unicode Standard, table 3-7). */
int character_decode(const uint8_t *data, size_t n, uint32_t *ret);

/* Characters that are invisible or change how text is shown: controls, format characters, text direction,
 * line separators. Unicode 15, General_Category Cc, Cf, Zl and Zp, Default_Ignorable_Code_Point and
 * Noncharacter_Code_Point. */
bool character_is_unseen(uint32_t code);

/* "\x1b", "\u202e", or a JSON surrogate pair beyond U+FFFF. Returns length. */
size_t character_escape(uint32_t code, char ret[static CHARACTER_ESCAPE_SIZE]);

/* Copies up to the first NUL and escapes unprintable characters, see text_printable() in
 * probe/decode/text.h. With `cut`, an incomplete last character is dropped. */
void characters_copy(const uint8_t *data, size_t n_data, bool cut, char *ret, size_t size);

/* For text that snprintf() may have cut within a character: makes it printable, in whole characters. */
void text_shown(const char *text, char *ret, size_t size);
