/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/fleet/gather.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <time.h>
#include <unistd.h>

#include "ctl/fleet/gather-answer.h"
#include "ctl/fleet/gather-failures.h"
#include "ctl/fleet/gather-job.h"
#include "probe/cleanup.h"

/* A longer pause, for writing or for a large document, does not count as time of the hosts. */
#define PAUSE_USEC UINT64_C(50000)

typedef struct Gather {
        const GatherPlan *plan;
        GatherOutput *output;
        sd_event *event;
        GatherJob **jobs; /* plan->jobs of them; NULL: free */
        GatherJob *large; /* the one with a large answer */
        unsigned running, limit;
        size_t next; /* host */
        char **why;  /* of hosts that have failed */
        GatherCounts counts;
        GatherProgress progress;
        bool interrupted;
        int broken; /* -errno: ssh cannot be run, or nothing can be written */
} Gather;

static uint64_t now_usec(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (uint64_t) time.tv_sec * 1000000 + (uint64_t) time.tv_nsec / 1000;
}

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

/* ── one host ──────────────────────────────────────────────────────────────────────────────────────────── */

static int break_off(Gather *gather, int r) {
        gather->broken = r;
        return sd_event_exit(gather->event, 0);
}

static void fail(Gather *gather, size_t host, char *why) {
        gather->why[host] = why ? why : strdup(strerror(ENOMEM));
        gather->counts.failed++;
}

static int on_ended(GatherJob *job, void *userdata);

static int start(Gather *gather, size_t host) {
        GatherJob **slot = gather->jobs;
        int r;

        while (*slot)
                slot++;
        *slot = calloc(1, sizeof(**slot));
        if (!*slot)
                return -ENOMEM;
        **slot = (GatherJob){ .host = host,
                .seconds = gather->plan->seconds,
                .ended = on_ended,
                .userdata = gather,
                .large = &gather->large };
        r = gather_job_start(
                        gather->event, &gather->plan->question, gather->plan->hosts->names[host], *slot);
        if (r < 0)
                *slot = gather_job_free(*slot);
        else
                gather->running++;
        return r;
}

/* Descriptors, processes or memory are short: fewer at a time may do. */
static bool is_shortage(int r) {
        return r == -EMFILE || r == -ENFILE || r == -EAGAIN || r == -ENOMEM;
}

/* Starts as many as may run. */
static int start_more(Gather *gather) {
        const HostList *hosts = gather->plan->hosts;

        for (; gather->next < hosts->n && gather->running < gather->limit; gather->next++) {
                char *why = NULL;
                int r;

                if (gather->output->kept[gather->next].answered)
                        continue;
                r = start(gather, gather->next);
                if (r >= 0)
                        continue;
                if (is_shortage(r) && gather->running > 0) {
                        gather->limit = gather->running;
                        return 0;
                }
                /* The same for each host. */
                if (!is_shortage(r))
                        return break_off(gather, r);
                if (asprintf(&why, "cannot run ssh: %s", strerror(-r)) < 0)
                        why = NULL;
                fail(gather, gather->next, why);
        }
        return gather->running == 0 ? sd_event_exit(gather->event, 0) : 0;
}

static int keep(Gather *gather, GatherJob *job) {
        GatherIdentity identity = {};
        char *why = NULL;
        int r = gather_answer_read(job, &identity, &why);

        if (r == -EINVAL || r == -ENOMEM) {
                fail(gather, job->host, why);
                return 0;
        }
        gather_progress_erase(&gather->progress);
        r = gather_output_put(gather->output, job->host, &identity, job->text, job->n);
        gather->counts.done += r >= 0;
        return r;
}

static int on_ended(GatherJob *job, void *userdata) {
        const uint64_t start_usec = now_usec();
        Gather *gather = userdata;
        int r = keep(gather, job);
        uint64_t pause;

        for (unsigned i = 0; i < gather->plan->jobs; i++)
                if (gather->jobs[i] == job)
                        gather->jobs[i] = gather_job_free(job);
        gather->running--;
        if (r < 0)
                return break_off(gather, r);
        pause = now_usec() - start_usec;
        for (unsigned i = 0; i < gather->plan->jobs; i++) {
                if (gather->jobs[i] && pause > PAUSE_USEC)
                        gather_job_extend(gather->jobs[i], pause);
                if (gather->jobs[i])
                        gather_job_wake(gather->jobs[i]);
        }
        r = start_more(gather);
        gather_progress_draw(&gather->progress, &gather->counts, gather->running == 0);
        return r;
}

/* ── all ───────────────────────────────────────────────────────────────────────────────────────────────── */

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        Gather *gather = userdata;

        gather->interrupted = true;
        return sd_event_exit(gather->event, 0);
}

/* Otherwise it would be noticed at the next answer only. */
static int on_reader_gone(sd_event_source *source, int fd, uint32_t events, void *userdata) {
        Gather *gather = userdata;

        gather->output->reader_gone = true;
        return break_off(gather, -EPIPE);
}

static int watch_reader(Gather *gather) {
        int r = gather->output->path
                        ? 0
                        : sd_event_add_io(gather->event, NULL, STDOUT_FILENO, 0, on_reader_gone, gather);

        /* A file has no reader. */
        return r == -EPERM ? 0 : r;
}

static int add_signals(Gather *gather) {
        static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
        int r = 0;
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGCHLD);
        for (size_t i = 0; i < ELEMENTS(numbers); i++)
                sigaddset(&set, numbers[i]);
        sigprocmask(SIG_BLOCK, &set, NULL);
        for (size_t i = 0; i < ELEMENTS(numbers) && r >= 0; i++) {
                struct sigaction action;

                /* nohup(1) */
                if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler == SIG_IGN)
                        continue;
                r = sd_event_add_signal(gather->event, NULL, numbers[i], on_signal, gather);
        }
        return r;
}

static int ask(Gather *gather) {
        int r = sd_event_new(&gather->event);

        if (r >= 0)
                r = add_signals(gather);
        if (r >= 0)
                r = watch_reader(gather);
        if (r >= 0)
                r = start_more(gather);
        gather_progress_draw(&gather->progress, &gather->counts, true);
        if (r >= 0)
                r = sd_event_loop(gather->event);
        for (unsigned i = 0; i < gather->plan->jobs; i++)
                gather->jobs[i] = gather_job_free(gather->jobs[i]);
        gather->event = sd_event_unref(gather->event);
        gather_progress_erase(&gather->progress);
        return r;
}

/* "…; repeat the command with --continue to ask only the others" */
static void print_how_to_continue(const Gather *gather) {
        if (gather->output->path && gather->output->answered > 0)
                fprintf(stderr, "hawctl: repeat the command with --continue to ask only the others\n");
}

static int finish_broken(const Gather *gather, int r) {
        const GatherOutput *output = gather->output;

        if (r == -ENOENT || r == -EACCES)
                fprintf(stderr, "hawctl: cannot run ssh: %s\n", strerror(-r));
        else if (!output->reader_gone)
                fprintf(stderr, "hawctl: %s: %s\n", output->path ? output->journal.path : "standard output",
                                strerror(-r));
        print_how_to_continue(gather);
        return EXIT_FAILURE;
}

static int finish(const Gather *gather) {
        const GatherCounts *counts = &gather->counts;
        int r;

        gather_failures_print(gather->plan->hosts, gather->why);
        gather_doubles_print(gather->output);
        if (gather->interrupted) {
                fprintf(stderr, "hawctl: interrupted: %zu of %zu hosts have answered\n", counts->done,
                                counts->total);
                print_how_to_continue(gather);
                return EXIT_FAILURE;
        }
        r = gather_output_finish(gather->output);
        if (counts->failed > 0) {
                fprintf(stderr, "hawctl: %zu of %zu host%s failed\n", counts->failed, counts->total,
                                counts->total == 1 ? "" : "s");
                print_how_to_continue(gather);
        }
        return counts->failed > 0 ? EXIT_FAILURE : r;
}

int gather_run(const GatherPlan *plan, GatherOutput *output) {
        Gather gather = { .plan = plan,
                .output = output,
                .limit = plan->jobs,
                .counts = { .done = output->answered, .total = plan->hosts->n },
                .progress = gather_progress_start() };
        int r, status;

        gather.jobs = calloc(plan->jobs, sizeof(*gather.jobs));
        gather.why = calloc(plan->hosts->n + 1, sizeof(*gather.why));
        r = gather.jobs && gather.why ? ask(&gather) : -ENOMEM;
        if (r >= 0)
                r = gather.broken;
        status = r == -ENOMEM ? out_of_memory() : r < 0 ? finish_broken(&gather, r) : finish(&gather);
        for (size_t i = 0; gather.why && i < plan->hosts->n; i++)
                free(gather.why[i]);
        free(gather.why);
        free(gather.jobs);
        return status;
}
