/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Splits a text into documents: JSON lines, documents over several lines, and any mixture of them. Pure.
 *
 * A document is a line. If it begins with '{' and does not end with '}', it goes on with the following lines:
 * up to a line that begins with '}', or until before the line where the next document begins, so that half a line
 * does not take it along. That line begins with '{'. If it is indented, no object can follow the text before it, or
 * its first member is "schema". Blank lines, and a byte order mark at the start, are not part of any. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct DocumentSplit {
        size_t max; /* bytes of a document */
        /* Of a document over the limit, after SPLIT_TOO_LONG: */
        uint64_t skipped; /* bytes skipped so far */
        bool skips;       /* its end has not been seen */
        /* Private. */
        bool begun;       /* not at the start of all */
        bool skips_lines; /* it has several lines */
        bool within;      /* a line of it */
        uint64_t line;    /* lines before the text */
        size_t open;      /* bytes of the first lines of a document over several, at the start of the text */
        uint64_t n_open;  /* these lines */
        size_t scanned;   /* bytes from there that have no newline */
} DocumentSplit;

typedef enum SplitResult {
        SPLIT_MORE,     /* the text after *ret_used bytes is needed again, with more behind it */
        SPLIT_DOCUMENT, /* *ret is one */
        SPLIT_TOO_LONG, /* ret->line begins one over the limit: the next calls skip it */
} SplitResult;

typedef struct DocumentSpan {
        size_t start, n; /* in the text; without blanks at both ends */
        uint64_t line;   /* its first, from 1 */
} DocumentSpan;

/* Finds the next document. `end`: nothing follows the text. Before the next call the caller removes *ret_used
 * bytes from the start of the text. SPLIT_MORE at the end: there is no other document. */
SplitResult document_split(DocumentSplit *split, const char *text, size_t n, bool end, DocumentSpan *ret,
                size_t *ret_used);
