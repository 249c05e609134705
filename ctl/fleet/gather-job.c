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

        /* One byte more than a document may have shows that it is too large. */
        room = room < PROFILE_JSON_MAX + 2 ? room : PROFILE_JSON_MAX + 2;
        text = realloc(job->text, room);
        if (!text)
                return -ENOMEM;
        job->text = text;
        job->room = room;
        return 0;
}

/* Takes the turn of large answers. False: another has it. */
static bool may_grow(GatherJob *job) {
        if (job->room < GATHER_LARGE)
                return true;
        if (!*job->large)
                *job->large = job;
        return *job->large == job;
}

typedef enum { READ_MORE, READ_END, READ_WAIT } ReadResult;

/* Reads some of what is there. READ_END: there is no more, or the answer is of no use. */
static ReadResult read_answer(GatherJob *job) {
        ssize_t n;

        if (job->n + 1 >= job->room) {
                if (!may_grow(job))
                        return READ_WAIT;
                job->out_of_memory = make_room(job) < 0;
                if (job->out_of_memory)
                        return READ_END;
        }
        do
                n = read(job->ssh.out, job->text + job->n, job->room - job->n - 1);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return errno == EAGAIN ? READ_MORE : READ_END;
        job->n += (size_t) n;
        job->too_large = job->n > PROFILE_JSON_MAX;
        return n == 0 || job->too_large ? READ_END : READ_MORE;
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
        job->wake = sd_event_source_disable_unref(job->wake);
        return job->ended(job, job->userdata);
}

static int wait_for_turn(GatherJob *job) {
        int r = sd_event_now(sd_event_source_get_event(job->timer), CLOCK_MONOTONIC, &job->waits_usec);

        job->waits = true;
        if (r >= 0)
                r = sd_event_source_set_enabled(job->out, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_enabled(job->timer, SD_EVENT_OFF);
        return r;
}

/* ssh has ended: what it wrote is in the pipes. Their end is not waited for, as a process that ssh left
 * behind (a master connection) may keep them open. */
static int read_rest(GatherJob *job) {
        ReadResult result;
        size_t before;

        do {
                before = job->n;
                result = read_answer(job);
        } while (result == READ_MORE && job->n > before);
        if (result == READ_WAIT)
                return wait_for_turn(job);
        /* A pipe has 64 KiB. */
        for (unsigned i = 0; i < 16 && read_words(job) > 0; i++)
                ;
        return end(job);
}

static int on_out(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        GatherJob *job = userdata;
        ReadResult result = read_answer(job);

        if (result == READ_WAIT)
                return wait_for_turn(job);
        if (job->too_large || job->out_of_memory)
                return end(job);
        return result == READ_MORE ? 0 : sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static int on_err(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        return read_words(userdata) > 0 ? 0 : sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

/* It ended in time if its event is only not handled yet, for instance because hawctl was stopped. */
static bool has_ended(const GatherJob *job) {
        siginfo_t info = {};

        return job->child && waitid(P_PID, (id_t) job->ssh.pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                        info.si_pid == job->ssh.pid;
}

static int on_late(sd_event_source *source, uint64_t usec, void *userdata) {
        GatherJob *job = userdata;

        if (has_ended(job))
                return 0;
        job->late = true;
        return end(job);
}

static int on_child(sd_event_source *source, const siginfo_t *info, void *userdata) {
        GatherJob *job = userdata;

        if (!job)
                return 0;
        job->exited = true;
        job->code = info->si_code;
        job->status = info->si_status;
        job->child = sd_event_source_disable_unref(job->child);
        return job->waits ? 0 : read_rest(job);
}

static int on_wake(sd_event_source *source, void *userdata) {
        GatherJob *job = userdata;

        job->wake = sd_event_source_disable_unref(job->wake);
        return job->exited ? read_rest(job) : sd_event_source_set_enabled(job->out, SD_EVENT_ON);
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

void gather_job_wake(GatherJob *job) {
        sd_event *event = sd_event_source_get_event(job->timer);
        uint64_t usec;

        /* It gets the turn at once, and reads from the event loop. */
        if (!job->waits || !may_grow(job))
                return;
        job->waits = false;
        if (sd_event_now(event, CLOCK_MONOTONIC, &usec) >= 0)
                gather_job_extend(job, usec - job->waits_usec);
        (void) sd_event_source_set_enabled(job->timer, SD_EVENT_ONESHOT);
        (void) sd_event_add_defer(event, &job->wake, on_wake, job);
}

GatherJob *gather_job_free(GatherJob *job) {
        if (!job)
                return NULL;
        if (*job->large == job)
                *job->large = NULL;
        leave_child(job);
        sd_event_source_disable_unref(job->child);
        sd_event_source_disable_unref(job->out);
        sd_event_source_disable_unref(job->err);
        sd_event_source_disable_unref(job->timer);
        sd_event_source_disable_unref(job->wake);
        closep(&job->ssh.out);
        closep(&job->ssh.err);
        free(job->text);
        free(job);
        return NULL;
}
