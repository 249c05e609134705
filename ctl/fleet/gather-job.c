/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/gather-job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/cleanup.h"
#include "profile/document/json-parse.h"

#define USEC_PER_SEC UINT64_C(1000000)
#define ROOM_MIN ((size_t) 64 << 10)

/* ── what ssh prints ───────────────────────────────────────────────────────────────────────────────────── */

/* Room for some more. One byte is kept for a terminating NUL. */
static int make_room(GatherJob *job) {
        size_t room = job->room ? 2 * job->room : ROOM_MIN;
        char *text;

        if (job->n + 1 < job->room)
                return 0;
        /* One byte more than a document may have shows that it is too large. */
        room = room < PROFILE_JSON_MAX + 2 ? room : PROFILE_JSON_MAX + 2;
        text = realloc(job->text, room);
        if (!text)
                return -ENOMEM;
        job->text = text;
        job->room = room;
        return 0;
}

/* Reads what is there. 1: more may come. 0: the end, or the answer is of no use any more. */
static int read_answer(GatherJob *job) {
        for (;;) {
                ssize_t n;

                if (make_room(job) < 0) {
                        job->out_of_memory = true;
                        return 0;
                }
                n = read(job->ssh.out, job->text + job->n, job->room - job->n - 1);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 && errno == EAGAIN;
                job->n += (size_t) n;
                job->too_large = job->n > PROFILE_JSON_MAX;
                if (job->too_large)
                        return 0;
                /* Other hosts have their turn. */
                if (job->n + 1 < job->room)
                        return 1;
        }
}

static void keep_words(GatherJob *job, const char *text, size_t n) {
        size_t drop;

        if (n > sizeof(job->words)) {
                text += n - sizeof(job->words);
                n = sizeof(job->words);
        }
        drop = job->n_words + n > sizeof(job->words) ? job->n_words + n - sizeof(job->words) : 0;
        memmove(job->words, job->words + drop, job->n_words - drop);
        job->n_words -= drop;
        memcpy(job->words + job->n_words, text, n);
        job->n_words += n;
}

/* The same for standard error. */
static int read_words(GatherJob *job) {
        char part[4096];
        ssize_t n;

        do
                n = read(job->ssh.err, part, sizeof(part));
        while (n < 0 && errno == EINTR);
        if (n > 0)
                keep_words(job, part, (size_t) n);
        return n > 0 || (n < 0 && errno == EAGAIN);
}

/* ── events ────────────────────────────────────────────────────────────────────────────────────────────── */

/* The process may need long to die, if the kernel blocks it: it is reaped when it does. */
static void leave_child(GatherJob *job) {
        if (!job->child)
                return;
        ssh_child_kill(job->ssh.pid);
        (void) sd_event_source_set_userdata(job->child, NULL);
        if (sd_event_source_set_floating(job->child, true) >= 0)
                job->child = sd_event_source_unref(job->child);
}

static int end(GatherJob *job) {
        leave_child(job);
        job->out = sd_event_source_disable_unref(job->out);
        job->err = sd_event_source_disable_unref(job->err);
        job->timer = sd_event_source_disable_unref(job->timer);
        return job->ended(job, job->userdata);
}

static int on_out(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        GatherJob *job = userdata;

        if (read_answer(job) > 0)
                return 0;
        if (job->too_large || job->out_of_memory)
                return end(job);
        return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static int on_err(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        return read_words(userdata) > 0 ? 0 : sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static int on_late(sd_event_source *source, uint64_t usec, void *userdata) {
        GatherJob *job = userdata;

        job->late = true;
        return end(job);
}

/* What ssh wrote is in the pipes now. Their end is not waited for: a process that ssh left behind (a master
 * connection) may keep them open. */
static int on_child(sd_event_source *source, const siginfo_t *info, void *userdata) {
        GatherJob *job = userdata;
        size_t before;

        if (!job)
                return 0;
        job->code = info->si_code;
        job->status = info->si_status;
        job->child = sd_event_source_disable_unref(job->child);
        do
                before = job->n;
        while (read_answer(job) > 0 && job->n > before);
        /* A pipe has 64 KiB. */
        for (unsigned i = 0; i < 16 && read_words(job) > 0; i++)
                ;
        return end(job);
}

static int add_sources(sd_event *event, GatherJob *job) {
        const uint64_t limit = job->seconds * USEC_PER_SEC;
        int r;

        r = sd_event_add_child(event, &job->child, job->ssh.pid, WEXITED, on_child, job);
        if (r < 0) {
                ssh_child_kill(job->ssh.pid);
                (void) waitpid(job->ssh.pid, NULL, 0);
        }
        if (r >= 0)
                r = sd_event_add_io(event, &job->out, job->ssh.out, EPOLLIN, on_out, job);
        if (r >= 0)
                r = sd_event_add_io(event, &job->err, job->ssh.err, EPOLLIN, on_err, job);
        if (r >= 0)
                r = sd_event_add_time_relative(event, &job->timer, CLOCK_MONOTONIC, limit, 0, on_late, job);
        return r;
}

int gather_job_start(sd_event *event, const SshQuestion *question, const char *name, GatherJob *job) {
        int r = ssh_child_start(question, name, &job->ssh);

        if (r < 0) {
                job->ssh = (SshChild){ .out = -EBADF, .err = -EBADF };
                return r;
        }
        return add_sources(event, job);
}

void gather_job_extend(GatherJob *job, uint64_t usec) {
        uint64_t end_usec;

        if (job->timer && sd_event_source_get_time(job->timer, &end_usec) >= 0)
                (void) sd_event_source_set_time(job->timer, end_usec + usec);
}

GatherJob *gather_job_free(GatherJob *job) {
        if (!job)
                return NULL;
        leave_child(job);
        sd_event_source_disable_unref(job->child);
        sd_event_source_disable_unref(job->out);
        sd_event_source_disable_unref(job->err);
        sd_event_source_disable_unref(job->timer);
        closep(&job->ssh.out);
        closep(&job->ssh.err);
        free(job->text);
        free(job);
        return NULL;
}
