/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads documents in as many threads as there are processors. The calls are for one thread, which fills
 * batches and gets the results in the order of the documents. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile/document/json-parse.h"

/* A batch is handed on when it has one of these; a longer document is a batch. */
#define BATCH_DOCUMENTS 16
#define BATCH_BYTES ((size_t) 128 << 10)

typedef enum DocumentKind {
        DOCUMENT_TEXT,  /* to be read */
        DOCUMENT_READ,  /* its result is there */
        DOCUMENT_ERROR, /* .error says why not */
        DOCUMENT_NOTE,  /* .error.text is about a directory */
        DOCUMENT_END,   /* of an argument of the command line, which is the source */
} DocumentKind;

typedef struct Document {
        DocumentKind kind;
        uint32_t source;
        uint64_t line;   /* its first; 0: the source itself */
        size_t start, n; /* in the batch's text */
        JsonError error; /* .line: from the first of the document */
} Document;

typedef struct Batch {
        char *text;
        size_t n, size; /* bytes in it, and of memory */
        size_t split;   /* bytes of it that were split into documents */
        size_t n_documents;
        Document documents[BATCH_DOCUMENTS];
        char *results; /* of each document */
} Batch;

typedef struct DocumentReader {
        size_t size; /* of a result; zeroed before it is read */
        /* In any thread: reads a text. 0; -EINVAL: *reterr is filled; -errno. The result is then not used. */
        int (*read)(const char *text, size_t n, void *result, JsonError *reterr, void *userdata);
        /* In the order of documents: takes over the result of a DOCUMENT_READ. -errno ends the run. */
        int (*take)(const Document *document, void *result, void *userdata);
        /* Releases a result that nobody takes. */
        void (*drop)(void *result);
        void *userdata;
} DocumentReader;

typedef struct DocumentWork DocumentWork;

/* -ENOMEM. The reader must outlive the work. */
int document_work_new(const DocumentReader *reader, DocumentWork **ret);
DocumentWork *document_work_free(DocumentWork *work);

/* The batch to fill. */
Batch *document_work_batch(DocumentWork *work);

/* Hands it on, but for the text that was not split, which the next batch begins with. -errno, also of earlier
 * documents. */
int document_work_hand_on(DocumentWork *work);

/* Hands on the batch, and waits until all results are taken. -errno */
int document_work_finish(DocumentWork *work);
