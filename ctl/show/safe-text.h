/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text of strangers for people: service strings, file names and error messages may hold what drives a terminal. Escaped are
 *   - control characters (C0, DEL, C1): "\x1b", "\u009b"
 *   - characters that are not seen or turn the direction of text around them: "\u202e"
 *   - bytes that are not UTF-8: "\xff"
 * "\uXXXX" stands in JSON's strings, too, and a serializer leaves none of the others there: JSON stays JSON. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Where it goes, and what else passes. */
typedef struct SafeText {
        int (*put)(void *userdata, const void *text, size_t n); /* less than 0 stops */
        void *userdata;
        bool lines, last_newline; /* newlines and tabs pass; or only a newline at the very end */
        bool ascii;               /* no character beyond ASCII passes */
        const char *passes;       /* begins with an escape character; NULL: no such passes */
} SafeText;

/* How many bytes at the end are left, as more may complete them; -1: it was stopped. */
ssize_t safe_text_put(const SafeText *safe, const void *text, size_t n);

/* A text within a line: newlines and tabs are escaped, too; without UTF-8, everything but ASCII. NULL: no memory. */
char *safe_line(const char *text, bool utf8);

/* The same, of at most 300 bytes of the text, cut between characters with "..." behind. */
char *safe_short_line(const char *text);
