/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/gather-output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ctl/command/options.h"
#include "probe/cleanup.h"

static int complain(const char *path, int r) {
        fprintf(stderr, "hawctl: %s: %s\n", path, strerror(-r));
        return EXIT_FAILURE;
}

/* ── opening ───────────────────────────────────────────────────────────────────────────────────────────── */

static int resume_with(const GatherRecord *record, void *userdata) {
        GatherOutput *output = userdata;
        size_t host = host_list_find(output->hosts, record->host, strlen(record->host));
        GatherKept *kept = &output->kept[host];

        if (host == output->hosts->n) {
                output->others++;
                return 0;
        }
        output->answered += !kept->answered;
        *kept = (GatherKept){
                .answered = true, .identity = record->identity, .offset = record->offset, .n = record->n
        };
        return 0;
}

static int resume_former(GatherOutput *output) {
        const char *path = output->journal.path;
        int r = gather_journal_read(&output->journal, resume_with, output);

        if (r < 0)
                return complain(path, r);
        if (output->answered == 0 && output->others == 0)
                fprintf(stderr, "hawctl: %s has no answers of an earlier run; asking all hosts\n", path);
        else
                fprintf(stderr, "hawctl: %s has the answers of %zu of %zu hosts\n", path, output->answered,
                                output->hosts->n);
        if (output->others > 0)
                fprintf(stderr, "hawctl: answers of other hosts are dropped: %zu\n", output->others);
        return EXIT_SUCCESS;
}

int gather_output_open(const char *path, bool resume, const HostList *hosts, GatherOutput *ret) {
        _cleanup_(gather_output_done)
                        GatherOutput output = { .path = path, .hosts = hosts, .journal = { .fd = -EBADF } };
        struct stat st;
        int r = EXIT_SUCCESS;

        output.kept = calloc(hosts->n + 1, sizeof(*output.kept));
        if (!output.kept)
                return complain("hosts", -ENOMEM);
        if (path && stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
                fprintf(stderr, "hawctl: %s: not a regular file; without --output=, profiles are written to standard output\n",
                                path);
                return EXIT_FAILURE;
        }
        if (path)
                r = gather_journal_open(path, resume, &output.journal);
        if (r == EXIT_SUCCESS && resume)
                r = resume_former(&output);
        if (r != EXIT_SUCCESS)
                return r;
        *ret = output;
        output = (GatherOutput){ .journal = { .fd = -EBADF } };
        return EXIT_SUCCESS;
}

/* ── answers ───────────────────────────────────────────────────────────────────────────────────────────── */

/* Each line at once: it may have a reader that waits for it. */
static int print(GatherOutput *output, const char *text, size_t n) {
        errno = 0;
        if (fwrite(text, 1, n, stdout) == n && putchar('\n') != EOF && fflush(stdout) == 0)
                return 0;
        output->reader_gone = errno == EPIPE;
        /* It is reported with its reason, and once. */
        clearerr(stdout);
        return errno != 0 ? -errno : -EIO;
}

int gather_output_put(GatherOutput *output, size_t host, const GatherIdentity *identity, const char *text,
                size_t n) {
        GatherRecord record = { .host = output->hosts->names[host], .identity = *identity, .n = n };
        int r = output->path ? gather_journal_append(&output->journal, &record, text)
                             : print(output, text, n);

        if (r < 0)
                return r;
        output->kept[host] = (GatherKept){
                .answered = true, .identity = *identity, .offset = record.offset, .n = n
        };
        output->answered++;
        return 0;
}

/* ── the file ──────────────────────────────────────────────────────────────────────────────────────────── */

static int write_file(const GatherOutput *output) {
        _cleanup_(replaced_file_done) ReplacedFile file = { .fd = -EBADF };
        int r = replaced_file_open(output->path, &file);

        for (size_t i = 0; i < output->hosts->n && r >= 0; i++)
                if (output->kept[i].answered)
                        r = gather_journal_copy(
                                        &output->journal, output->kept[i].offset, output->kept[i].n, &file);
        return r < 0 ? r : replaced_file_commit(&file);
}

int gather_output_finish(GatherOutput *output) {
        int r = 0;

        if (!output->path)
                return EXIT_SUCCESS;
        if (output->answered > 0)
                r = write_file(output);
        if (r < 0)
                return complain(output->path, r);
        if (output->answered < output->hosts->n)
                return EXIT_SUCCESS;
        r = gather_journal_remove(&output->journal);
        return r < 0 ? complain(output->journal.path, r) : EXIT_SUCCESS;
}

void gather_output_done(GatherOutput *output) {
        /* Nothing to continue from. */
        if (output->journal.path && output->answered == 0 && output->journal.end == 0)
                (void) gather_journal_remove(&output->journal);
        gather_journal_done(&output->journal);
        free(output->kept);
        *output = (GatherOutput){ .journal = { .fd = -EBADF } };
}
