/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/gather-answer.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "ctl/show/safe-text.h"
#include "probe/cleanup.h"
#include "profile/field/json-read.h"

/* So much of an answer that is no profile is shown. */
#define SHOWN_MAX 40
/* ssh's own failures. */
#define EXIT_SSH 255

/* ── why there is none ─────────────────────────────────────────────────────────────────────────────────── */

/* The last line of ssh's messages that is not blank; "": none. */
static char *last_line(const GatherJob *job) {
        const char *text = job->words;
        size_t end = job->n_words, start;

        while (end > 0 && strchr(" \t\r\n", text[end - 1]))
                end--;
        for (start = end; start > 0 && text[start - 1] != '\n'; start--)
                ;
        return strndup(text + start, end - start);
}

static int explain_time(const GatherJob *job, const char *line, char **ret) {
        if (job->n > 0)
                return asprintf(ret, "the answer did not end within %u s (%zu bytes so far)", job->seconds,
                                job->n);
        return asprintf(ret, "no answer within %u s%s%s", job->seconds, *line ? ": " : "", line);
}

static int explain_exit(const GatherJob *job, const char *line, char **ret) {
        if (job->code != CLD_EXITED)
                return asprintf(ret, "ssh was killed by signal %d (%s)", job->status,
                                strsignal(job->status));
        if (job->status == EXIT_SSH && !*line)
                return asprintf(ret, "ssh failed without a message (exit status %d)", job->status);
        if (job->status == EXIT_SSH)
                return asprintf(ret, "%s%s", strncmp(line, "ssh", 3) == 0 ? "" : "ssh: ", line);
        return asprintf(ret, "the command failed with exit status %d%s%s", job->status, *line ? ": " : "",
                        line);
}

/* NULL in *ret: it ended as it should. */
static int explain(const GatherJob *job, char **ret) {
        _cleanup_free_ char *line = last_line(job);
        int r = 0;

        *ret = NULL;
        if (!line)
                return -ENOMEM;
        if (job->late)
                r = explain_time(job, line, ret);
        else if (job->out_of_memory)
                r = asprintf(ret, "no memory for the answer (%zu bytes so far)", job->n);
        else if (job->too_large)
                r = asprintf(ret, "the answer is larger than 64 MiB");
        else if (job->code != CLD_EXITED || job->status != 0)
                r = explain_exit(job, line, ret);
        else if (job->n == 0)
                r = asprintf(ret, "no answer: the command printed nothing%s%s", *line ? "; " : "", line);
        return r < 0 ? -ENOMEM : 0;
}

/* "… it starts with 'Welcome to this ho'": programs started by the shell's files may print, too. */
static int explain_text(const GatherJob *job, const JsonError *error, char **ret) {
        size_t n = strcspn(job->text, "\r\n");
        int r;

        n = n < SHOWN_MAX ? n : SHOWN_MAX;
        if (error->line == 0)
                r = asprintf(ret, "not a profile: %s", error->text);
        else if (*job->text != '{')
                r = asprintf(ret, "not a profile: the answer starts with '%.*s'", (int) n, job->text);
        else
                r = asprintf(ret, "not a profile: line %u, column %u: %s", error->line, error->column,
                                error->text);
        return r < 0 ? -ENOMEM : -EINVAL;
}

/* ── document ──────────────────────────────────────────────────────────────────────────────────────────── */

static int read_document(const GatherJob *job, GatherIdentity *ret, JsonError *reterr) {
        _cleanup_(profile_done) Profile profile = {};
        json_t *document;
        int r = profile_json_parse(job->text, job->n, &document, reterr);

        if (r < 0)
                return r;
        r = profile_json_read(document, &profile, reterr);
        json_decref(document);
        if (r < 0)
                return r;
        snprintf(ret->machine_id, sizeof(ret->machine_id), "%s", profile.host.machine_id);
        snprintf(ret->hostname, sizeof(ret->hostname), "%s", profile.host.hostname);
        return 0;
}

/* Strings in JSON have no newlines: all are between values, where blanks mean the same. */
static void make_one_line(GatherJob *job) {
        while (job->n > 0 && strchr(" \t\r\n", job->text[job->n - 1]))
                job->n--;
        for (size_t i = 0; i < job->n; i++)
                if (job->text[i] == '\n' || job->text[i] == '\r')
                        job->text[i] = ' ';
}

int gather_answer_read(GatherJob *job, GatherIdentity *ret, char **ret_why) {
        JsonError error = {};
        int r = explain(job, ret_why);

        if (r < 0 || *ret_why)
                return r < 0 ? r : -EINVAL;
        job->text[job->n] = 0;
        r = read_document(job, ret, &error);
        if (r == -EINVAL)
                return explain_text(job, &error, ret_why);
        if (r >= 0)
                make_one_line(job);
        return r;
}
