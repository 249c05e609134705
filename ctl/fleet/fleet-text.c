/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/fleet-text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/fleet/document-split.h"

/* Read at once. */
#define PART ((size_t) 64 << 10)

typedef struct TextReader {
        DocumentWork *work;
        FleetInput *input;
        uint32_t source;
        DocumentSplit split;
        bool any;
} TextReader;

static int add(DocumentWork *work, const Document *document) {
        Batch *batch = document_work_batch(work);

        batch->documents[batch->n_documents++] = *document;
        return batch->n_documents == BATCH_DOCUMENTS || batch->split >= BATCH_BYTES
                        ? document_work_hand_on(work)
                        : 0;
}

static int add_message(
                DocumentWork *work, DocumentKind kind, uint32_t source, uint64_t line, const char *text) {
        Document document = { .kind = kind, .source = source, .line = line };

        snprintf(document.error.text, sizeof(document.error.text), "%s", text);
        return add(work, &document);
}

int fleet_text_tell(DocumentWork *work, DocumentKind kind, uint32_t source, const char *text) {
        return add_message(work, kind, source, 0, text);
}

/* Hands on the documents that the text has so far. */
static int split_text(TextReader *reader, bool end) {
        for (;;) {
                Batch *batch = document_work_batch(reader->work);
                size_t start = batch->split, used;
                DocumentSpan span;
                SplitResult result = document_split(
                                &reader->split, batch->text + start, batch->n - start, end, &span, &used);
                int r;

                batch->split += used;
                if (result == SPLIT_MORE)
                        return 0;
                reader->any = true;
                if (result == SPLIT_TOO_LONG)
                        r = add_message(reader->work, DOCUMENT_ERROR, reader->source, span.line,
                                        "longer than 64 MiB, the maximum of a profile");
                else
                        r = add(reader->work,
                                        &(Document){ .source = reader->source,
                                                        .line = span.line,
                                                        .start = start + span.start,
                                                        .n = span.n });
                if (r < 0)
                        return r;
        }
}

/* Makes room for another part. What was split and belongs to no document is dropped. */
static int make_room(Batch *batch) {
        size_t wanted = batch->size ? batch->size : 2 * BATCH_BYTES;
        char *grown;

        if (batch->n_documents == 0 && batch->split > 0) {
                memmove(batch->text, batch->text + batch->split, batch->n - batch->split);
                batch->n -= batch->split;
                batch->split = 0;
        }
        while (wanted - batch->n < PART)
                wanted *= 2;
        if (wanted == batch->size)
                return 0;
        grown = realloc(batch->text, wanted);
        if (!grown)
                return -ENOMEM;
        batch->text = grown;
        batch->size = wanted;
        return 0;
}

/* What was wrong with the input after its text; NULL: nothing. */
static const char *complaint(TextReader *reader, ssize_t n, char why[ARCHIVE_WHY_MAX]) {
        *why = 0;
        if (reader->split.skips && reader->split.skipped > FLEET_SKIP_MAX)
                return "a line does not end within 256 MiB; the rest is not read";
        if (n == -ESTALE)
                return "became shorter while it was read";
        if (n < 0)
                return strerror((int) -n);
        if (fleet_input_finish(reader->input, why) < 0)
                return *why ? why : strerror(EPROTO);
        return reader->any ? NULL : "empty: no profile in it";
}

static int end_of(TextReader *reader, ssize_t n) {
        Batch *batch;
        char why[ARCHIVE_WHY_MAX];
        const char *text;
        int r = split_text(reader, true);

        if (r < 0)
                return r;
        batch = document_work_batch(reader->work);
        batch->split = batch->n;
        text = complaint(reader, n, why);
        return text ? fleet_text_tell(reader->work, DOCUMENT_ERROR, reader->source, text) : 0;
}

/* Reads a part and hands on its documents. Returns the number of bytes; 0 at the end. */
static ssize_t read_part(TextReader *reader) {
        Batch *batch = document_work_batch(reader->work);
        ssize_t n;
        int r = make_room(batch);

        if (r < 0)
                return r;
        n = fleet_input_read(reader->input, batch->text + batch->n, batch->size - batch->n);
        if (n <= 0)
                return n;
        batch->n += (size_t) n;
        return n;
}

int fleet_text_read(DocumentWork *work, FleetInput *input, uint32_t source) {
        TextReader reader = {
                .work = work,
                .input = input,
                .source = source,
                .split = { .max = PROFILE_JSON_MAX },
        };
        ssize_t n;

        while ((n = read_part(&reader)) > 0) {
                int r = split_text(&reader, false);

                /* Blank lines, and those that are skipped, must not collect behind a document. */
                if (r >= 0 && document_work_batch(work)->split >= BATCH_BYTES)
                        r = document_work_hand_on(work);
                if (r < 0)
                        return r;
                if (reader.split.skips && reader.split.skipped > FLEET_SKIP_MAX)
                        break;
        }
        return n == -ENOMEM ? (int) n : end_of(&reader, n);
}
