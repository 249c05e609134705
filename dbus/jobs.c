/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/jobs.h"

#include <malloc.h>
#include <stdlib.h>

#include "dbus/clock.h"
#include "dbus/refusal.h"

/* With 4,096 devices the service needs at most 18 MiB. */
#define HEAP_MAX ((size_t) 40 << 20)
/* Maximum delay of jobs by a busy bus. */
#define HURRY_USEC 10000
/* Poll interval: no event reports that the bus has read all. */
#define NAP_USEC (PIPE_SLACK_USEC / 2)

static void job_free(Jobs *jobs, Job *job) {
        TAILQ_REMOVE(&jobs->list, job, entry);
        jobs->n--;
        jobs->bytes -= job->held_bytes;
        senders_served(job->sender, job->held_bytes);
        sd_bus_message_unref(job->reply);
        sd_bus_message_unref(job->call);
        free(job);
}

/* If full, the user with most waiting calls loses the newest. */
static bool make_room(Jobs *jobs, const User *user) {
        Job *job, *most = NULL;

        TAILQ_FOREACH_REVERSE(job, &jobs->list, JobList, entry)
        if (!most || job->sender->user->n_waiting > most->sender->user->n_waiting)
                most = job;
        if (!most || most->sender->user == user || most->begun)
                return false;
        job_free(jobs, most);
        return true;
}

/* A waiting call is kept with its header, whose length is unlimited and not reported by sd-bus: the
 * allocated memory shows the total. */
static bool memory_is_short(void) {
        const struct mallinfo2 heap = mallinfo2();

        return heap.uordblks + heap.hblkhd > HEAP_MAX;
}

static bool has_room(const Jobs *jobs, const Sender *sender, size_t bytes) {
        const User *user = sender->user;

        if (!sender_known(jobs->senders, sender))
                return sender->n_waiting < JOBS_OF_STRANGER_MAX;
        if (sender->n_waiting >= JOBS_OF_SENDER_MAX)
                return false;
        return user->privileged ||
                        (!memory_is_short() && user->n_waiting < JOBS_OF_USER_MAX &&
                                        user->waiting_bytes + bytes <= JOBS_OF_USER_BYTES_MAX);
}

bool jobs_add(Jobs *jobs, Sender *sender, sd_bus_message *call, const JobRequest *request) {
        size_t bytes = request->held_bytes;
        Job *job;

        if (!has_room(jobs, sender, bytes))
                return false;
        while (jobs->n >= JOBS_MAX || jobs->bytes + bytes > JOBS_BYTES_MAX)
                if (!make_room(jobs, sender->user))
                        return false;
        job = calloc(1, sizeof(Job));
        if (!job)
                return false;
        *job = (Job){ .call = sd_bus_message_ref(call),
                .sender = sender,
                .step = request->step,
                .userdata = request->userdata,
                .held_bytes = bytes,
                .answer_bytes = request->answer_bytes };
        TAILQ_INSERT_TAIL(&jobs->list, job, entry);
        jobs->n++;
        jobs->bytes += bytes;
        senders_wait(sender, bytes);
        return true;
}

/* ── turns ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* The oldest job of the user with the oldest last turn. Unidentified users wait. */
static Job *next_job(const Jobs *jobs) {
        Job *job, *next = NULL;

        TAILQ_FOREACH(job, &jobs->list, entry)
        if (sender_known(jobs->senders, job->sender) &&
                        (!next || job->sender->user->turn < next->sender->user->turn))
                next = job;
        return next;
}

/* 1: more to do. */
static int take_step(Jobs *jobs, Job *job) {
        User *user = job->sender->user;
        sd_bus_error error = SD_BUS_ERROR_NULL;
        uint64_t began;
        int r;

        if (!job->begun && !senders_may(jobs->senders, user, clock_usec())) {
                refuse_call(job->call, user);
                return 0;
        }
        if (!job->begun && !user->privileged && !pipe_takes(&jobs->pipe, job->answer_bytes, clock_usec())) {
                refuse_large(job->call, user);
                return 0;
        }
        job->begun = true;
        job->answer_bytes = 0;
        began = clock_cpu_nsec();
        r = job->step(job, &error);
        if (r < 0 || sd_bus_error_is_set(&error)) {
                (void) sd_bus_reply_method_errno(job->call, r, &error);
                r = 0;
        }
        sd_bus_error_free(&error);
        senders_take(jobs->senders, user, (int64_t) (clock_cpu_nsec() - began),
                        (int64_t) job->answer_bytes + ANSWER_BYTES);
        if (r == 0 && job->answer_bytes > PIPE_CHUNK) {
                jobs->pipe.began_usec = clock_usec();
                jobs->pipe.bytes = job->answer_bytes;
        }
        return r;
}

static int on_nap(sd_event_source *source, uint64_t usec, void *userdata) {
        return 0;
}

static int on_turn(sd_event_source *source, void *userdata) {
        Jobs *jobs = userdata;
        Job *job = next_job(jobs);

        if (!job)
                return 0;
        job->sender->user->turn = ++jobs->turns;
        if (take_step(jobs, job) != 1)
                job_free(jobs, job);
        jobs->last_usec = clock_usec();
        return 0;
}

bool jobs_any(const Jobs *jobs) {
        return jobs->n > 0 || jobs->pipe.began_usec > 0 || jobs->ready;
}

void jobs_prepare(Jobs *jobs, bool idle) {
        bool waiting = next_job(jobs), wanted = waiting && idle;
        bool hurried = wanted && clock_usec() - jobs->last_usec > HURRY_USEC;

        if (idle && jobs->pipe.began_usec > 0) {
                pipe_learn(&jobs->pipe, jobs->pipe.bytes, clock_usec() - jobs->pipe.began_usec,
                                clock_usec());
                jobs->pipe.began_usec = 0;
        }
        if (hurried != jobs->hurried)
                (void) sd_event_source_set_priority(
                                jobs->source, hurried ? PRIORITY_CALLS - 1 : SD_EVENT_PRIORITY_IDLE);
        jobs->hurried = hurried;
        (void) sd_event_source_set_enabled(jobs->source, wanted ? SD_EVENT_ON : SD_EVENT_OFF);
        jobs->ready = wanted;
        if (!idle && (waiting || jobs->pipe.began_usec > 0) &&
                        sd_event_source_get_enabled(jobs->nap, NULL) == 0) {
                (void) sd_event_source_set_time_relative(jobs->nap, NAP_USEC);
                (void) sd_event_source_set_enabled(jobs->nap, SD_EVENT_ONESHOT);
        }
}

/* ── start and end ─────────────────────────────────────────────────────────────────────────────────────── */

int jobs_init(Jobs *jobs, Senders *senders, sd_event *event) {
        int r;

        *jobs = (Jobs){ .senders = senders };
        TAILQ_INIT(&jobs->list);
        r = sd_event_add_defer(event, &jobs->source, on_turn, jobs);
        if (r >= 0)
                r = sd_event_source_set_enabled(jobs->source, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_event_source_set_priority(jobs->source, SD_EVENT_PRIORITY_IDLE);
        if (r >= 0)
                r = sd_event_add_time(event, &jobs->nap, CLOCK_MONOTONIC, 0, 1000, on_nap, jobs);
        return r < 0 ? r : sd_event_source_set_enabled(jobs->nap, SD_EVENT_OFF);
}

void jobs_forget(Jobs *jobs, const Sender *sender) {
        Job *job = TAILQ_FIRST(&jobs->list);

        while (job) {
                Job *next = TAILQ_NEXT(job, entry);

                if (!sender || job->sender == sender)
                        job_free(jobs, job);
                job = next;
        }
}

void jobs_forget_all(Jobs *jobs) {
        jobs_forget(jobs, NULL);
}

void jobs_done(Jobs *jobs) {
        jobs_forget_all(jobs);
        jobs->source = sd_event_source_disable_unref(jobs->source);
        jobs->nap = sd_event_source_disable_unref(jobs->nap);
}
