/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/fleet/document-split.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Small, so that samples go over it. */
#define DOCUMENT_MAX_BYTES 64
#define FOUND_MAX 512

typedef struct Found {
        SplitResult result;
        uint64_t line;
        size_t n;
        char text[DOCUMENT_MAX_BYTES];
} Found;

static void check(bool holds) {
        if (!holds)
                abort();
}

static bool is_blank(char c) {
        return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What is promised of a document. */
static void check_document(const DocumentSpan *span, const char *text, size_t n) {
        check(span->start <= n && span->n <= n - span->start && span->n > 0);
        check(!is_blank(text[span->start]) && !is_blank(text[span->start + span->n - 1]));
        check(span->n <= DOCUMENT_MAX_BYTES);
}

/* Gives the text in parts of `step` bytes, as a file or a pipe does. Returns the number of documents. */
static size_t split(const char *data, size_t size, size_t step, Found *ret) {
        DocumentSplit split = { .max = DOCUMENT_MAX_BYTES };
        size_t start = 0, end = 0, found = 0, covered = 0;

        while (found < FOUND_MAX) {
                DocumentSpan span = {};
                size_t used;
                SplitResult result =
                                document_split(&split, data + start, end - start, end == size, &span, &used);

                check(used <= end - start);
                if (result == SPLIT_DOCUMENT) {
                        check_document(&span, data + start, used);
                        memcpy(ret[found].text, data + start + span.start, span.n);
                }
                if (result != SPLIT_MORE) {
                        ret[found].result = result;
                        ret[found].line = span.line;
                        ret[found++].n = span.n;
                        check(span.line > 0 && (found < 2 || ret[found - 2].line < span.line));
                        check(used > 0);
                }
                start += used;
                covered += used;
                if (result == SPLIT_MORE && end == size)
                        break;
                if (result == SPLIT_MORE)
                        end = step < size - end ? end + step : size;
        }
        check(covered <= size);
        return found;
}

/* In whatever parts the text comes, its documents are the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        static Found whole[FOUND_MAX], parts[FOUND_MAX];
        size_t n, m;

        n = split((const char *) data, size, size ? size : 1, whole);
        for (size_t step = 1; step < 8; step += 3) {
                m = split((const char *) data, size, step, parts);
                check(n == m);
                for (size_t i = 0; i < n; i++) {
                        check(whole[i].result == parts[i].result && whole[i].line == parts[i].line);
                        check(whole[i].n == parts[i].n &&
                                        memcmp(whole[i].text, parts[i].text, whole[i].n) == 0);
                }
        }
        return 0;
}
