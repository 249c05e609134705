/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/fleet-read.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/fleet/document-work.h"
#include "ctl/fleet/fleet-text.h"
#include "ctl/fleet/fleet-walk.h"
#include "ctl/origin/source-profile.h"

typedef struct Reading {
        const Options *options;
        const FleetVisit *visit;
        FleetRead *read;
        DocumentWork *work;
} Reading;

/* ── documents ─────────────────────────────────────────────────────────────────────────────────────────── */

static int read_document(const char *text, size_t n, void *result, JsonError *reterr, void *userdata) {
        const Reading *reading = userdata;

        return fleet_document_read(text, n, reading->visit, result, reterr);
}

static void drop_record(void *result) {
        fleet_record_done(result);
}

void fleet_read_path(const FleetRead *read, FleetPlace place, char *ret, size_t size) {
        size_t n;

        source_path(&read->names, place.source, ret, size);
        n = strlen(ret);
        if (place.line > 0)
                snprintf(ret + n, size - n, ":%" PRIu32, place.line);
}

static void note_double(
                FleetRead *read, const FleetRecord *record, FleetPlace place, const FleetDouble *twice) {
        char path[PATH_MAX], text[PATH_MAX + 256];
        const char *name = *record->hostname ? record->hostname : record->machine_id;

        if (twice->kind == FLEET_DOUBLE_NONE)
                return;
        fleet_read_path(read, twice->former, path, sizeof(path));
        if (twice->kind == FLEET_DOUBLE_AGAIN)
                snprintf(text, sizeof(text), "host %s was read before, at %s; this document counts", name,
                                path);
        else if (twice->kind == FLEET_DOUBLE_SUMMARY)
                snprintf(text, sizeof(text),
                                "host %s was read before, at %s, as a profile; this summary differs and counts",
                                name, path);
        else if (twice->kind == FLEET_DOUBLE_PROFILE)
                snprintf(text, sizeof(text),
                                "host %s was read before, at %s, as a summary that differs; this profile counts",
                                name, path);
        else if (twice->kind == FLEET_DOUBLE_SAME_ID)
                snprintf(text, sizeof(text), "host %s has the machine ID of another host, at %s; both count",
                                name, path);
        else
                snprintf(text, sizeof(text), "another host is named %s too, at %s; both count", name, path);
        fleet_errors_add(&read->errors, FLEET_AGAIN, &read->names, place.source, place.line, text);
}

static int add_record(Reading *reading, FleetRecord *record, uint32_t source, uint64_t line) {
        const FleetPlace place = { source, line < UINT32_MAX ? (uint32_t) line : UINT32_MAX };
        FleetDouble twice = {};
        int r = fleet_add(reading->read->fleet, record, place, &twice);

        if (r >= 0)
                note_double(reading->read, record, place, &twice);
        fleet_record_done(record);
        return r;
}

static void report(FleetRead *read, const Document *document) {
        const JsonError *error = &document->error;
        uint64_t line = document->line;
        char text[sizeof(error->text) + 32];

        if (error->line > 1)
                line += error->line - 1;
        if (error->column > 0)
                snprintf(text, sizeof(text), "%s (column %u)", error->text, error->column);
        else
                snprintf(text, sizeof(text), "%s", error->text);
        fleet_errors_add(&read->errors, document->kind == DOCUMENT_NOTE ? FLEET_IGNORED : FLEET_BAD,
                        &read->names, document->source, line, text);
}

static int take_document(const Document *document, void *result, void *userdata) {
        Reading *reading = userdata;
        FleetRead *read = reading->read;

        if (document->kind == DOCUMENT_READ)
                return add_record(reading, result, document->source, document->line);
        if (document->kind == DOCUMENT_END)
                fleet_errors_end(&read->errors, &read->names, document->source);
        else
                report(read, document);
        return 0;
}

/* ── sources ───────────────────────────────────────────────────────────────────────────────────────────── */

static int fail(uint32_t source, const char *why, void *userdata) {
        const Reading *reading = userdata;

        return fleet_text_tell(reading->work, DOCUMENT_ERROR, source, why);
}

/* A host tree or a capture: here, not in another thread, because hawd-archive ends with the thread that
 * started it. */
static int read_tree(uint32_t source, void *userdata) {
        _cleanup_(profile_done) Profile profile = {};
        Reading *reading = userdata;
        Options rooted = *reading->options;
        FleetRecord record = {};
        char path[PATH_MAX];
        int r = document_work_finish(reading->work);

        if (r < 0)
                return r;
        source_path(&reading->read->names, source, path, sizeof(path));
        rooted.root = path;
        if (source_local(&rooted, &profile) != EXIT_SUCCESS) {
                reading->read->errors.n++;
                return 0;
        }
        r = fleet_document_host(&profile, reading->visit, &record);
        return r < 0 ? r : add_record(reading, &record, source, 0);
}

static int read_file(int fd, uint32_t source, void *userdata) {
        _cleanup_(fleet_input_close) FleetInput input = FLEET_INPUT_NONE;
        Reading *reading = userdata;
        char why[ARCHIVE_WHY_MAX];
        int r = fleet_input_open(fd, &input, why);

        if (r < 0)
                return fail(source, r == -EBADMSG ? why : strerror(-r), reading);
        if (!input.capture)
                return fleet_text_read(reading->work, &input, source);
        if (reading->read->names.names[source].directory == SOURCE_NONE &&
                        strcmp(source_name(&reading->read->names, source), "standard input") == 0)
                return fail(source, "a capture cannot be read from standard input; name its file", reading);
        return read_tree(source, reading);
}

static int ignore(uint32_t directory, size_t n, const char *first, const char *why, void *userdata) {
        const Reading *reading = userdata;
        char text[NAME_MAX + 128];

        if (n == 1)
                snprintf(text, sizeof(text), "%s is ignored: %s", first, why);
        else
                snprintf(text, sizeof(text), "%s and %zu more are ignored: %s", first, n - 1, why);
        return fleet_text_tell(reading->work, DOCUMENT_NOTE, directory, text);
}

static int read_all(Reading *reading, int argc, char **argv) {
        const FleetWalk walk = {
                .names = &reading->read->names,
                .file = read_file,
                .tree = read_tree,
                .fail = fail,
                .ignore = ignore,
                .userdata = reading,
        };
        int r = 0;

        for (int i = 0; i < argc && r >= 0; i++) {
                const uint32_t source = (uint32_t) reading->read->names.n;

                r = fleet_walk(&walk, argv[i]);
                if (r >= 0)
                        r = fleet_text_tell(reading->work, DOCUMENT_END, source, "");
        }
        if (r >= 0)
                r = document_work_finish(reading->work);
        return r < 0 ? r : fleet_finish(reading->read->fleet);
}

/* ── all of it ─────────────────────────────────────────────────────────────────────────────────────────── */

static int complain(int r) {
        if (r == -ENOSPC || r == -EROFS || r == -EACCES || r == -EIO)
                fprintf(stderr, "hawctl: cannot keep the classes of hosts in a temporary file: %s; TMPDIR may name another directory\n",
                                strerror(-r));
        else
                fprintf(stderr, "hawctl: %s\n", strerror(-r));
        return EXIT_FAILURE;
}

/* A guest's text, or a long line, would raise glibc's limits to 16 MiB and more for good: tables that grow are then copied
 * within the heap and leave holes. */
static void keep_heap_small(void) {
        mallopt(M_MMAP_THRESHOLD, 1 << 20);
        mallopt(M_TRIM_THRESHOLD, 2 << 20);
}

int fleet_read(const Options *options, int argc, char **argv, const FleetVisit *visit, FleetRead *ret) {
        Reading reading = { .options = options, .visit = visit, .read = ret };
        const DocumentReader reader = {
                .size = sizeof(FleetRecord),
                .read = read_document,
                .take = take_document,
                .drop = drop_record,
                .userdata = &reading,
        };
        int r;

        keep_heap_small();
        *ret = (FleetRead){ .texts = FLEET_TEXTS_NONE };
        ret->store = (FleetStore){ fleet_texts_append, fleet_texts_read, &ret->texts };
        r = fleet_new(&ret->store, &ret->fleet);
        if (r >= 0)
                r = document_work_new(&reader, &reading.work);
        if (r >= 0)
                r = read_all(&reading, argc, argv);
        document_work_free(reading.work);
        if (r < 0)
                return complain(r);
        if (fleet_n_hosts(ret->fleet) > 0)
                return EXIT_SUCCESS;
        fprintf(stderr, "hawctl: no host was read\n");
        return EXIT_FAILURE;
}

int fleet_read_status(const FleetRead *read, int status) {
        return read->errors.n > 0 ? EXIT_FAILURE : status;
}

void fleet_read_done(FleetRead *read) {
        read->fleet = fleet_free(read->fleet);
        source_names_done(&read->names);
        fleet_texts_done(&read->texts);
}
