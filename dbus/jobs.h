/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls whose answers cost something wait here and are answered one at a time, users in turn, after what lies at the bus has
 * been looked at: a connection that has left meanwhile costs nothing. No answer is begun while the bus has not taken the one
 * before, so no more than one large answer is ever in memory. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "dbus/pipe.h"
#include "dbus/senders.h"

/* Calls that wait of one connection, one whose user is not known yet, one user, and in all; the bytes of their arguments. */
#define JOBS_OF_SENDER_MAX 32
#define JOBS_OF_STRANGER_MAX 16
#define JOBS_OF_USER_MAX 64
#define JOBS_MAX 512
#define JOBS_OF_USER_BYTES_MAX (2 << 20)
#define JOBS_BYTES_MAX (16 << 20)

/* The bus in the event loop: what the service does of itself, and its signals, come first. */
#define PRIORITY_CALLS (SD_EVENT_PRIORITY_NORMAL + 10)

/* Of a small answer, with its header. */
#define ANSWER_BYTES 512

typedef struct Job Job;

/* Does the work, or a part of it that is no longer than a few milliseconds: 0 when it is answered, 1 when there is more to do,
 * negative or an error when it failed. */
typedef int (*JobStep)(Job *job, sd_bus_error *error);

struct Job {
        TAILQ_ENTRY(Job) entry;
        sd_bus_message *call;
        Sender *sender;
        JobStep step;
        void *userdata;
        size_t held_bytes; /* of the call */
        bool begun;
        size_t answer_bytes;   /* before it is begun about, then the step says them */
        sd_bus_message *reply; /* that more steps go on with */
        size_t at;
        uint64_t generation;
};

typedef struct Jobs {
        TAILQ_HEAD(JobList, Job) list; /* the oldest first */
        size_t n, bytes;
        Senders *senders;
        uint64_t turns, last_usec;
        Pipe pipe;
        sd_event_source *source, *nap;
        bool ready, hurried;
} Jobs;

int jobs_init(Jobs *jobs, Senders *senders, sd_event *event);
void jobs_done(Jobs *jobs);

/* What is known of a job before it is begun. */
typedef struct JobRequest {
        size_t held_bytes, answer_bytes; /* of the argument; of the answer, about */
        JobStep step;
        void *userdata;
} JobRequest;

/* False: there is no room for it. */
bool jobs_add(Jobs *jobs, Sender *sender, sd_bus_message *call, const JobRequest *request);

/* Those of a sender that has left. */
void jobs_forget(Jobs *jobs, const Sender *sender);
void jobs_forget_all(Jobs *jobs);

/* Whether any waits, or the bus is reading a large answer. */
bool jobs_any(const Jobs *jobs);

/* Before the event loop waits, when there are any: whether it is time for a job. `idle`: the bus has read all answers. */
void jobs_prepare(Jobs *jobs, bool idle);
