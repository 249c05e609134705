/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Characters of UTF-8. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest escape: "\ud834\udd73". */
#define CHARACTER_ESCAPE_SIZE 13

/* The character at the beginning of n > 0 bytes: its length; 0 when there is none, -EAGAIN when more bytes may make it one.
 * Overlong forms and surrogates are none: Unicode Standard, table 3-7. */
int character_decode(const uint8_t *data, size_t n, uint32_t *ret);

/* Characters that a reader does not see as such: controls, format characters, those that turn the direction of text, line
 * separators, and what a terminal shows as nothing. Unicode 15, General_Category Cc, Cf, Zl and Zp,
 * Default_Ignorable_Code_Point and Noncharacter_Code_Point. */
bool character_is_unseen(uint32_t code);

/* "\x1b", "\u202e", or two of these as JSON has it beyond U+FFFF. Its length. */
size_t character_escape(uint32_t code, char ret[static CHARACTER_ESCAPE_SIZE]);

/* Copies up to the first NUL, with what is no printable character escaped: text_printable() in probe/decode/text.h. With
 * `cut`, what is left of a character that was cut in half is dropped. */
void characters_copy(const uint8_t *data, size_t n_data, bool cut, char *ret, size_t size);

/* A text that hawd put together, where snprintf() may have cut a character in half: printable, and in whole characters. */
void text_shown(const char *text, char *ret, size_t size);
