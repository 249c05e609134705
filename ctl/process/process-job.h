/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Work on other users' processes, each in a child of its own that may take that process's identity, and that is killed when
 * it takes too long: what a process has open, mapped or named may keep whoever looks at it waiting for ever. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct ProcessJob {
        int process;         /* its directory in /proc; borrowed */
        uid_t owner;         /* whose time it takes */
        const char *refused; /* set when its files are not to be opened: why */
        json_t *answer;      /* owned; what the work gave, or NULL: */
        char why[256];       /* why there is none; printable */
        pid_t pid;           /* from here on the runner's own: the child, or 0 */
        int fd;              /* what it writes */
        int64_t started;     /* ms */
        size_t n;            /* bytes of text */
        char *text;          /* owned */
        char refusal[256];   /* behind refused */
} ProcessJob;

/* In the child: says which file is opened next, for the error when that never returns. */
void process_job_about(void *channel, const char *path);

/* In the child. `channel` is for process_job_about(). 0 and a new reference, or -errno. */
typedef int (*ProcessWork)(const ProcessJob *job, void *channel, const void *userdata, json_t **ret);

/* Runs them, some at a time. When a file keeps a child waiting for five seconds, its work is done again without files. Of a
 * user whose processes together took too long no more files are opened, and then no more processes are looked at: other
 * users' are not kept waiting. -errno when no child can be made. */
int process_jobs_run(ProcessJob *jobs, size_t n, ProcessWork work, const void *userdata);

void process_job_done(ProcessJob *job);
