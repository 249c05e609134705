/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes untrusted text safe: service strings, file names and error messages may contain terminal
 * sequences. Escapes
 *   - control characters (C0, DEL, C1): "\x1b", "\u009b"
 *   - invisible and bidirectional control characters: "\u202e"
 *   - bytes that are not UTF-8: "\xff"
 * JSON stays valid: "\uXXXX" is JSON syntax, and serializers output none of the others. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Destination, and what passes. */
typedef struct SafeText {
        int (*put)(void *userdata, const void *text, size_t n); /* < 0: stop */
        void *userdata;
        bool lines, last_newline; /* pass newlines and tabs; or only a final newline */
        bool ascii;               /* escape all but ASCII */
        const char *passes;       /* starts with an escape character; NULL: none passes */
} SafeText;

/* Returns the number of incomplete bytes at the end, for the next call; -1: stopped. */
ssize_t safe_text_put(const SafeText *safe, const void *text, size_t n);

/* Text for one line: also escapes newlines and tabs, and without utf8 all but ASCII. NULL: out of memory. */
char *safe_line(const char *text, bool utf8);

/* The same for at most 300 bytes, cut between characters, with "..." appended. */
char *safe_short_line(const char *text);
