/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Calls with expensive answers wait here. They are answered one at a time, users in turn, after reading
 * new messages from the bus, so calls of closed connections cost nothing. The next answer starts when the
 * bus has read the previous one, so at most one large answer is in memory. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "dbus/pipe.h"
#include "dbus/senders.h"

/* Limits on waiting calls: per connection, per unidentified connection, per user, in all; bytes of
 * arguments. */
#define JOBS_OF_SENDER_MAX 32
#define JOBS_OF_STRANGER_MAX 16
#define JOBS_OF_USER_MAX 64
#define JOBS_MAX 512
#define JOBS_OF_USER_BYTES_MAX (2 << 20)
#define JOBS_BYTES_MAX (16 << 20)

/* Priority of the bus: the service's own events and signals come first. */
#define PRIORITY_CALLS (SD_EVENT_PRIORITY_NORMAL + 10)

/* Small answer with header. */
#define ANSWER_BYTES 512

typedef struct Job Job;

/* Does the work, or a few milliseconds of it: 0: answered, 1: more to do, negative or an error: failed. */
typedef int (*JobStep)(Job *job, sd_bus_error *error);

struct Job {
        TAILQ_ENTRY(Job) entry;
        sd_bus_message *call;
        Sender *sender;
        JobStep step;
        void *userdata;
        size_t held_bytes; /* by the call */
        bool begun;
        size_t answer_bytes;   /* estimate; when begun, set by the step */
        sd_bus_message *reply; /* continued by later steps */
        size_t at;
        uint64_t generation;
};

typedef struct Jobs {
        TAILQ_HEAD(JobList, Job) list; /* oldest first */
        size_t n, bytes;
        Senders *senders;
        uint64_t turns, last_usec;
        Pipe pipe;
        sd_event_source *source, *nap;
        bool ready, hurried;
} Jobs;

int jobs_init(Jobs *jobs, Senders *senders, sd_event *event);
void jobs_done(Jobs *jobs);

/* Properties of a job before it begins. */
typedef struct JobRequest {
        size_t held_bytes, answer_bytes; /* size of argument; of answer, about */
        JobStep step;
        void *userdata;
} JobRequest;

/* False: no room. */
bool jobs_add(Jobs *jobs, Sender *sender, sd_bus_message *call, const JobRequest *request);

/* Drops jobs of a closed sender. */
void jobs_forget(Jobs *jobs, const Sender *sender);
void jobs_forget_all(Jobs *jobs);

/* Whether any waits, or the bus is reading a large answer. */
bool jobs_any(const Jobs *jobs);

/* Call before the event loop waits: decides whether to run a job. `idle`: the bus has read all answers. */
void jobs_prepare(Jobs *jobs, bool idle);
