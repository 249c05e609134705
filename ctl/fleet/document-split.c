/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/document-split.h"

#include <string.h>

static const char byte_order_mark[] = "\xef\xbb\xbf";

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Without blanks at both ends; its start moves by what is left out there. */
static DocumentSpan trimmed(const char *text, size_t n) {
        size_t start = 0;

        while (start < n && is_blank(text[start]))
                start++;
        while (n > start && is_blank(text[n - 1]))
                n--;
        return (DocumentSpan){ .start = start, .n = n - start };
}

/* Whether it goes on in the next line. */
static bool is_open(const char *line, size_t n) {
        DocumentSpan span = trimmed(line, n);

        return span.n > 0 && line[span.start] == '{' && line[span.start + span.n - 1] != '}';
}

/* Within a document an object follows one of these. */
static bool is_expected(char before) {
        return before == '[' || before == ',' || before == ':';
}

/* Whether the text begins as a profile of hawd does, but for blanks. */
static bool is_named(const char *text, size_t n) {
        static const char key[] = "\"schema\"";
        DocumentSpan rest = n > 0 ? trimmed(text + 1, n - 1) : (DocumentSpan){};

        return rest.n >= sizeof(key) - 1 && memcmp(text + 1 + rest.start, key, sizeof(key) - 1) == 0;
}

/* Whether a document begins in the line of n bytes, which follows the open one. Only what is within the limit is
 * looked at, as there may be no more of the text. */
static bool is_next(const DocumentSplit *split, const char *text, size_t n) {
        const char *line = text + split->open;
        size_t left = split->max + 1 - split->open, start = 0, before = split->open;

        n = n < left ? n : left;
        while (start < n && is_blank(line[start]))
                start++;
        if (start == n || line[start] != '{')
                return false;
        while (start > 0 && before > 0 && is_blank(text[before - 1]))
                before--;
        return start == 0 || before == 0 || !is_expected(text[before - 1]) ||
                        is_named(line + start, n - start);
}

/* The line after the open document, with its newline; 0: it has no end yet. */
static size_t next_line(DocumentSplit *split, const char *text, size_t n, bool end) {
        const char *line = text + split->open;
        size_t left = n - split->open;
        const char *newline = memchr(line + split->scanned, '\n', left - split->scanned);

        split->scanned = 0;
        if (newline)
                return (size_t) (newline - line) + 1;
        if (!end)
                split->scanned = left;
        return end ? left : 0;
}

/* The first n bytes. */
static SplitResult give(DocumentSplit *split, const char *text, size_t n, DocumentSpan *ret) {
        *ret = trimmed(text, n);
        ret->line = split->line + 1;
        split->line += split->n_open;
        split->open = 0;
        split->n_open = 0;
        split->scanned = 0;
        return SPLIT_DOCUMENT;
}

/* n bytes are dropped, whose last line has an end or not. */
static SplitResult give_up(DocumentSplit *split, size_t n, bool within, bool several, DocumentSpan *ret) {
        *ret = (DocumentSpan){ .line = split->line + 1 };
        split->line += split->n_open;
        split->open = 0;
        split->n_open = 0;
        split->scanned = 0;
        split->skipped = n;
        split->within = within;
        split->skips_lines = several;
        split->skips = within || several;
        return SPLIT_TOO_LONG;
}

/* Returns the bytes skipped of a document over the limit. */
static size_t skip(DocumentSplit *split, const char *text, size_t n) {
        size_t used = 0;

        while (used < n && split->skips) {
                const char *newline = memchr(text + used, '\n', n - used);

                if (!split->within && text[used] == '{') {
                        split->skips = false;
                        break;
                }
                if (!split->within && text[used] == '}')
                        split->skips_lines = false;
                split->line += newline ? 1 : 0;
                split->within = !newline;
                split->skips = split->within || split->skips_lines;
                used = newline ? (size_t) (newline - text) + 1 : n;
        }
        split->skipped += used;
        return used;
}

/* Adds a line of n bytes to the open document. Returns SPLIT_MORE if it is still open. */
static SplitResult add_line(
                DocumentSplit *split, const char *text, size_t n, DocumentSpan *ret, size_t *ret_used) {
        const char *line = text + split->open;
        const bool first = split->open == 0, last = first ? !is_open(line, n) : *line == '}';
        const size_t all = split->open + n;

        if (!first && is_next(split, text, n)) {
                *ret_used = split->open;
                return give(split, text, split->open, ret);
        }
        split->n_open++;
        *ret_used = all;
        if (all > split->max)
                return give_up(split, all, false, !first && !last, ret);
        if (last)
                return give(split, text, all, ret);
        split->open = all;
        *ret_used = 0;
        return SPLIT_MORE;
}

/* The text is over the limit, and its last line has no end. */
static SplitResult cut_off(
                DocumentSplit *split, const char *text, size_t n, DocumentSpan *ret, size_t *ret_used) {
        const bool first = split->open == 0;

        if (!first && is_next(split, text, n - split->open)) {
                *ret_used = split->open;
                return give(split, text, split->open, ret);
        }
        *ret_used = n;
        return give_up(split, n, true, !first && text[split->open] != '}', ret);
}

static SplitResult next_document(DocumentSplit *split, const char *text, size_t n, bool end,
                DocumentSpan *ret, size_t *ret_used) {
        *ret_used = 0;
        while (n > split->open) {
                size_t line = next_line(split, text, n, end);
                SplitResult result;

                if (line == 0)
                        return n > split->max ? cut_off(split, text, n, ret, ret_used) : SPLIT_MORE;
                result = add_line(split, text, line, ret, ret_used);
                if (result != SPLIT_MORE)
                        return result;
        }
        if (!end || split->open == 0)
                return SPLIT_MORE;
        *ret_used = split->open;
        return give(split, text, split->open, ret);
}

/* Bytes that a byte order mark takes at the start of all; *ret_more if it is not known yet. */
static size_t mark(DocumentSplit *split, const char *text, size_t n, bool end, bool *ret_more) {
        size_t length = sizeof(byte_order_mark) - 1;
        bool starts = !split->begun && memcmp(text, byte_order_mark, n < length ? n : length) == 0;

        *ret_more = starts && n < length && !end;
        split->begun |= !*ret_more;
        return starts && n >= length ? length : 0;
}

SplitResult document_split(DocumentSplit *split, const char *text, size_t n, bool end, DocumentSpan *ret,
                size_t *ret_used) {
        DocumentSpan span = {};
        SplitResult result;
        size_t used = 0, more_used;
        bool more = false;

        if (n > 0)
                used = mark(split, text, n, end, &more);
        if (more) {
                *ret_used = 0;
                return SPLIT_MORE;
        }
        do {
                if (split->skips)
                        used += skip(split, text + used, n - used);
                result = next_document(split, text + used, n - used, end, &span, &more_used);
                span.start += used;
                used += more_used;
        } while (result == SPLIT_DOCUMENT && span.n == 0);
        if (result != SPLIT_MORE)
                *ret = span;
        *ret_used = used;
        return result;
}
