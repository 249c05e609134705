/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Examines other users' processes, each in a child that can take the identity of the process and is
 * killed after a timeout: what a process has open, mapped or named may block its reader for ever. */

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct ProcessJob {
        int process;         /* its directory in /proc; borrowed */
        uid_t owner;         /* who is charged */
        const char *refused; /* why its files must not be opened; NULL */
        json_t *answer;      /* owned; result of the work, or NULL: */
        char why[256];       /* why no answer; printable */
        pid_t pid;           /* private from here on: the child, or 0 */
        int fd;              /* its output */
        int64_t started;     /* ms */
        size_t n;            /* bytes of text */
        char *text;          /* owned */
        char refusal[256];   /* of `refused` */
} ProcessJob;

/* In the child: reports the next file to open, for the error if opening blocks. */
void process_job_about(void *channel, const char *path);

/* In the child. `channel` is for process_job_about(). 0 and a new reference, or -errno. */
typedef int (*ProcessWork)(const ProcessJob *job, void *channel, const void *userdata, json_t **ret);

/* Runs the jobs, several at a time. If a file blocks a child for five seconds, the job is repeated
 * without files. If the processes of a user take too long together, their files, and then the processes,
 * are skipped, so that other users need not wait. -errno if no child can be started. */
int process_jobs_run(ProcessJob *jobs, size_t n, ProcessWork work, const void *userdata);

void process_job_done(ProcessJob *job);
