/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Quotes a text as one shell word, for printed commands that users paste: the shell passes on exactly this
 * text and runs none of it. Printable ASCII; plain text is unchanged. No I/O. The caller owns the word; NULL
 * if out of memory. */
char *shell_word(const char *text);
