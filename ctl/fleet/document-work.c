/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/document-work.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/fleet/document-memory.h"

#define THREADS_MAX 64
/* A batch that one long document made so large does not stay. */
#define BATCH_KEPT ((size_t) 1 << 20)

struct DocumentWork {
        const DocumentReader *reader;
        pthread_mutex_t lock;
        pthread_cond_t handed_on, finished;
        /* Below: by the lock. Batches are numbered; number i is in place i modulo their number. */
        uint64_t handed, begun, taken;
        bool stop;
        bool *done; /* of each place */
        /* Of the caller's thread. */
        Batch *batches;
        size_t n_batches;
        unsigned n_threads;
        pthread_t threads[THREADS_MAX];
};

static unsigned count_processors(void) {
        cpu_set_t set;
        int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

        return n < 1 ? 1 : n > THREADS_MAX ? THREADS_MAX : (unsigned) n;
}

static void *result_of(const DocumentReader *reader, const Batch *batch, size_t i) {
        return batch->results + i * reader->size;
}

static void read_batch(const DocumentReader *reader, Batch *batch) {
        for (size_t i = 0; i < batch->n_documents; i++) {
                Document *document = &batch->documents[i];
                void *result = result_of(reader, batch, i);
                int r;

                if (document->kind != DOCUMENT_TEXT)
                        continue;
                memset(result, 0, reader->size);
                r = reader->read(batch->text + document->start, document->n, result, &document->error,
                                reader->userdata);
                document->kind = r < 0 ? DOCUMENT_ERROR : DOCUMENT_READ;
                if (r < 0 && r != -EINVAL)
                        document->error = (JsonError){ .text = "out of memory" };
        }
}

static void *be_reader(void *userdata) {
        DocumentWork *work = userdata;

        pthread_mutex_lock(&work->lock);
        for (;;) {
                size_t place;

                while (work->begun == work->handed && !work->stop)
                        pthread_cond_wait(&work->handed_on, &work->lock);
                if (work->stop)
                        break;
                place = work->begun++ % work->n_batches;
                pthread_mutex_unlock(&work->lock);
                read_batch(work->reader, &work->batches[place]);
                pthread_mutex_lock(&work->lock);
                work->done[place] = true;
                pthread_cond_signal(&work->finished);
        }
        pthread_mutex_unlock(&work->lock);
        return NULL;
}

/* ── the caller's thread ───────────────────────────────────────────────────────────────────────────────── */

static void drop_results(const DocumentReader *reader, Batch *batch, size_t first) {
        for (size_t i = first; i < batch->n_documents; i++)
                if (batch->documents[i].kind == DOCUMENT_READ)
                        reader->drop(result_of(reader, batch, i));
}

static void empty_batch(Batch *batch) {
        if (batch->size > BATCH_KEPT) {
                free(batch->text);
                batch->text = NULL;
                batch->size = 0;
        }
        batch->n = 0;
        batch->split = 0;
        batch->n_documents = 0;
}

/* Takes the results of the oldest batch. */
static int take_batch(DocumentWork *work) {
        Batch *batch = &work->batches[work->taken % work->n_batches];
        size_t i = 0;
        int r = 0;

        for (; i < batch->n_documents && r >= 0; i++)
                r = work->reader->take(&batch->documents[i], result_of(work->reader, batch, i),
                                work->reader->userdata);
        drop_results(work->reader, batch, i);
        empty_batch(batch);
        work->taken++;
        return r;
}

static bool wait_for(DocumentWork *work, size_t place, bool wait) {
        bool done;

        pthread_mutex_lock(&work->lock);
        while (!work->done[place] && wait)
                pthread_cond_wait(&work->finished, &work->lock);
        done = work->done[place];
        if (done)
                work->done[place] = false;
        pthread_mutex_unlock(&work->lock);
        return done;
}

/* Takes what is done; waits until at most `left` batches are not. */
static int take(DocumentWork *work, uint64_t left) {
        int r = 0;

        while (r >= 0 && work->taken < work->handed) {
                if (!wait_for(work, work->taken % work->n_batches, work->handed - work->taken > left))
                        return 0;
                r = take_batch(work);
        }
        return r;
}

Batch *document_work_batch(DocumentWork *work) {
        return &work->batches[work->handed % work->n_batches];
}

/* Moves the text after the documents to the next batch. */
static int move_rest(Batch *from, Batch *to) {
        size_t n = from->n - from->split;

        if (n == 0)
                return 0;
        if (to->size < n) {
                char *grown = realloc(to->text, n);

                if (!grown)
                        return -ENOMEM;
                to->text = grown;
                to->size = n;
        }
        memcpy(to->text, from->text + from->split, n);
        to->n = n;
        from->n = from->split;
        return 0;
}

int document_work_hand_on(DocumentWork *work) {
        Batch *batch = document_work_batch(work);
        const size_t place = work->handed % work->n_batches;
        int r;

        if (batch->n_documents == 0)
                return 0;
        /* The next batch must be free for the rest of the text. */
        r = take(work, work->n_batches - 2);
        if (r >= 0)
                r = move_rest(batch, &work->batches[(place + 1) % work->n_batches]);
        if (r < 0)
                return r;
        if (work->n_threads == 0)
                read_batch(work->reader, batch);
        pthread_mutex_lock(&work->lock);
        work->handed++;
        work->done[place] = work->n_threads == 0;
        pthread_cond_signal(&work->handed_on);
        pthread_mutex_unlock(&work->lock);
        return take(work, work->n_batches - 1);
}

int document_work_finish(DocumentWork *work) {
        int r = document_work_hand_on(work);

        return r < 0 ? r : take(work, 0);
}

int document_work_new(const DocumentReader *reader, DocumentWork **ret) {
        unsigned n = count_processors();
        DocumentWork *work = calloc(1, sizeof(*work));

        if (!work)
                return -ENOMEM;
        work->reader = reader;
        work->n_batches = 2 * (size_t) n + 2;
        pthread_mutex_init(&work->lock, NULL);
        pthread_cond_init(&work->handed_on, NULL);
        pthread_cond_init(&work->finished, NULL);
        work->batches = calloc(work->n_batches, sizeof(Batch));
        work->done = calloc(work->n_batches, sizeof(bool));
        if (!work->batches || !work->done)
                goto failed;
        for (size_t i = 0; i < work->n_batches; i++) {
                work->batches[i].results = calloc(BATCH_DOCUMENTS, reader->size);
                if (!work->batches[i].results)
                        goto failed;
        }
        /* jansson draws its seed once; not in several threads. */
        document_memory_init();
        json_object_seed(0);
        while (work->n_threads < n &&
                        pthread_create(&work->threads[work->n_threads], NULL, be_reader, work) == 0)
                work->n_threads++;
        *ret = work;
        return 0;
failed:
        document_work_free(work);
        return -ENOMEM;
}

DocumentWork *document_work_free(DocumentWork *work) {
        if (!work)
                return NULL;
        pthread_mutex_lock(&work->lock);
        work->stop = true;
        pthread_cond_broadcast(&work->handed_on);
        pthread_mutex_unlock(&work->lock);
        for (unsigned i = 0; i < work->n_threads; i++)
                pthread_join(work->threads[i], NULL);
        for (size_t i = 0; work->batches && i < work->n_batches; i++) {
                drop_results(work->reader, &work->batches[i], 0);
                free(work->batches[i].text);
                free(work->batches[i].results);
        }
        pthread_mutex_destroy(&work->lock);
        pthread_cond_destroy(&work->handed_on);
        pthread_cond_destroy(&work->finished);
        free(work->batches);
        free(work->done);
        free(work);
        return NULL;
}
