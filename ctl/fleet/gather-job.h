/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One host that is being asked: its ssh, what it has answered, and its time limit. */

#include <systemd/sd-event.h>

#include "ctl/fleet/ssh-child.h"

/* The end of ssh's standard error that is kept; its last line is the reason of a failure. */
#define GATHER_LAST_WORDS 512

/* Beyond this size, answers are read one at a time: otherwise hosts that print without end would take 64 MiB
 * each. */
#define GATHER_LARGE ((size_t) 4 << 20)

typedef struct GatherJob GatherJob;
/* Called once, in the event loop. The callee frees the job. A negative errno ends the loop. */
typedef int (*GatherJobEnded)(GatherJob *job, void *userdata);

struct GatherJob {
        size_t host; /* the caller's number */
        unsigned seconds;
        GatherJobEnded ended;
        void *userdata;
        GatherJob **large; /* shared by all: the one with the large answer; NULL: none */

        SshChild ssh;
        sd_event_source *out, *err, *child, *timer, *wake;
        bool waits; /* until the large answer is read; its time stands still */
        uint64_t waits_usec;

        char *text; /* standard output */
        size_t n, room;
        char words[GATHER_LAST_WORDS]; /* the end of standard error */
        size_t n_words;
        bool late, too_large, out_of_memory, exited;
        int code, status; /* CLD_EXITED and its exit status, or CLD_KILLED and the signal */
};

/* SIGCHLD must be blocked. -errno: ssh was not started. */
int gather_job_start(sd_event *event, const SshQuestion *question, const char *name, GatherJob *job);

/* Moves the end of its time: hawctl itself did not read meanwhile. */
void gather_job_extend(GatherJob *job, uint64_t usec);

/* Reads on, if the job waits and no other has a large answer. */
void gather_job_wake(GatherJob *job);

/* Kills ssh if it is running. */
GatherJob *gather_job_free(GatherJob *job);
