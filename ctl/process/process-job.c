/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/process/process-job.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "ctl/process/process-child.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/document/json-parse.h"

#define AT_ONCE 8
#define LATE_MS 5000
/* A guest of 1,024 devices needs less. */
#define ANSWER_MAX ((size_t) 4 << 20)

/* Time of a process that is not charged to its user, and limits per user and for all. CPU time counts
 * separately, because a busy machine slows everything. */
#define FREE_CPU_MS 250
#define FREE_MS 1000
#define USER_MS 10000
#define ALL_MS 60000

typedef struct Account {
        uid_t owner;
        int64_t files, rest; /* ms of jobs with files, and without */
} Account;

typedef struct Runner {
        ProcessJob *jobs;
        size_t n, next; /* jobs, and the next to start */
        ProcessWork work;
        const void *userdata;
        size_t n_running;
        ProcessJob *running[AT_ONCE];
        size_t n_accounts;
        Account *accounts; /* owned; one per job, and one for all */
} Runner;

void process_job_done(ProcessJob *job) {
        json_decref(job->answer);
        job->answer = NULL;
}

static int64_t now_ms(void) {
        struct timespec time;

        clock_gettime(CLOCK_MONOTONIC, &time);
        return (int64_t) time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* ── accounts ──────────────────────────────────────────────────────────────────────────────────────────── */

/* The first: all users. */
static Account *find_account(Runner *runner, uid_t owner) {
        for (size_t i = 1; i < runner->n_accounts; i++)
                if (runner->accounts[i].owner == owner)
                        return &runner->accounts[i];
        runner->accounts[runner->n_accounts] = (Account){ .owner = owner };
        return &runner->accounts[runner->n_accounts++];
}

static void charge(Runner *runner, const ProcessJob *job, int64_t cpu, bool late, bool files) {
        int64_t all = now_ms() - job->started, over = all - FREE_MS;
        Account *accounts[] = { &runner->accounts[0], find_account(runner, job->owner) };

        if (late)
                over = all;
        else if (cpu - FREE_CPU_MS > over)
                over = cpu - FREE_CPU_MS;
        for (size_t i = 0; i < 2 && over > 0; i++)
                *(files ? &accounts[i]->files : &accounts[i]->rest) += over;
}

static void refuse(ProcessJob *job, const char *why) {
        snprintf(job->refusal, sizeof(job->refusal), "%s", why);
        job->refused = job->refusal;
}

/* Whether the job may start; false: sets why. */
static bool allow(Runner *runner, ProcessJob *job) {
        const Account *all = &runner->accounts[0], *own = find_account(runner, job->owner);

        if (own->rest > USER_MS || all->rest > ALL_MS) {
                snprintf(job->why, sizeof(job->why),
                                "not checked: other processes%s took too long (check it with --pid)",
                                own->rest > USER_MS ? " of this user" : "");
                return false;
        }
        if (!job->refused && own->files > USER_MS)
                refuse(job, "files of this user's other processes took too long");
        else if (!job->refused && all->files > ALL_MS)
                refuse(job, "files of other processes took too long");
        return true;
}

/* ── output of a child ─────────────────────────────────────────────────────────────────────────────────── */

/* Last complete line: {"file": PATH}, {"answer": …} or {"errno": N}. */
static json_t *last_line(const ProcessJob *job) {
        JsonError error = {};
        json_t *line = NULL;
        size_t end = job->n, start;

        while (end > 0 && job->text[end - 1] != '\n')
                end--;
        if (end == 0)
                return NULL;
        for (start = end - 1; start > 0 && job->text[start - 1] != '\n'; start--)
                ;
        return json_text_parse(job->text + start, end - 1 - start, &line, &error) < 0 ? NULL : line;
}

/* The child processed hostile text: its output must be made printable. */
static bool take_file(const json_t *line, char ret[128]) {
        const char *path = json_string_value(json_object_get(line, "file"));

        if (path)
                text_printable((Bytes){ .data = (const uint8_t *) path, .n = strlen(path) }, ret, 128);
        return path;
}

static void take_answer(ProcessJob *job, bool *ret_files) {
        json_t *line = last_line(job), *number = json_object_get(line, "errno");

        *ret_files = memmem(job->text ? job->text : "", job->n, "{\"file\":", 8) != NULL;
        job->answer = json_incref(json_object_get(line, "answer"));
        if (!job->answer && json_is_integer(number))
                snprintf(job->why, sizeof(job->why), "%s", strerror((int) json_integer_value(number)));
        else if (!job->answer)
                snprintf(job->why, sizeof(job->why), "the process that reads it failed");
        json_decref(line);
}

/* ── one job ───────────────────────────────────────────────────────────────────────────────────────────── */

static int start(Runner *runner, ProcessJob *job) {
        int r;

        job->started = now_ms();
        job->n = 0;
        r = process_child_start(job, runner->work, runner->userdata, &job->pid, &job->fd);
        if (r >= 0)
                runner->running[runner->n_running++] = job;
        return r;
}

static void forget(ProcessJob *job) {
        close(job->fd);
        free(job->text);
        job->text = NULL;
        job->n = 0;
        job->pid = 0;
}

static void end(Runner *runner, ProcessJob *job) {
        struct rusage usage = {};
        bool files;
        int status;

        while (wait4(job->pid, &status, 0, &usage) < 0 && errno == EINTR)
                ;
        take_answer(job, &files);
        charge(runner, job,
                        (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
                                        (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000,
                        false, files);
        forget(job);
}

/* Kills it without waiting, because it may be blocked in the kernel. Retries if a file was the cause. */
static int be_late(Runner *runner, ProcessJob *job) {
        json_t *line = last_line(job);
        char file[128], why[256];
        bool known = take_file(line, file);

        json_decref(line);
        kill(job->pid, SIGKILL);
        (void) waitpid(job->pid, NULL, WNOHANG);
        charge(runner, job, 0, true, known);
        forget(job);
        if (!known || job->refused) {
                snprintf(job->why, sizeof(job->why), "reading it did not finish within %d seconds",
                                LATE_MS / 1000);
                return 0;
        }
        snprintf(why, sizeof(why), "%s did not respond within %d seconds", file, LATE_MS / 1000);
        refuse(job, why);
        return start(runner, job);
}

/* True at its end. */
static bool receive(ProcessJob *job) {
        char part[16384], *grown;
        ssize_t n = read(job->fd, part, sizeof(part));

        if (n < 0 && errno == EINTR)
                return false;
        if (n <= 0)
                return true;
        if (job->n + (size_t) n > ANSWER_MAX || !(grown = realloc(job->text, job->n + (size_t) n))) {
                kill(job->pid, SIGKILL);
                job->n = 0;
                return true;
        }
        job->text = grown;
        memcpy(grown + job->n, part, (size_t) n);
        job->n += (size_t) n;
        return false;
}

/* ── all jobs ──────────────────────────────────────────────────────────────────────────────────────────── */

static void leave(Runner *runner, size_t i) {
        runner->running[i] = runner->running[--runner->n_running];
}

static int serve(Runner *runner) {
        struct pollfd polled[AT_ONCE];
        int64_t now = now_ms(), left = LATE_MS;
        int r;

        for (size_t i = 0; i < runner->n_running; i++) {
                const int64_t its = runner->running[i]->started + LATE_MS - now;

                polled[i] = (struct pollfd){ .fd = runner->running[i]->fd, .events = POLLIN };
                left = its < left ? its : left;
        }
        r = poll(polled, runner->n_running, left > 0 ? (int) left : 0);
        if (r < 0 && errno != EINTR)
                return -errno;
        now = now_ms();
        /* Backwards: a finished one is replaced by the last. */
        for (size_t i = runner->n_running; i-- > 0;) {
                ProcessJob *job = runner->running[i];

                if (r > 0 && polled[i].revents && receive(job)) {
                        leave(runner, i);
                        end(runner, job);
                } else if (now - job->started >= LATE_MS) {
                        int again;

                        leave(runner, i);
                        again = be_late(runner, job);
                        if (again < 0)
                                return again;
                }
        }
        return 0;
}

int process_jobs_run(ProcessJob *jobs, size_t n, ProcessWork work, const void *userdata) {
        Runner runner = { .jobs = jobs, .n = n, .work = work, .userdata = userdata, .n_accounts = 1 };
        int r = 0;

        runner.accounts = calloc(n + 1, sizeof(*runner.accounts));
        if (!runner.accounts)
                return -ENOMEM;
        while (r >= 0 && (runner.next < n || runner.n_running > 0)) {
                while (r >= 0 && runner.next < n && runner.n_running < AT_ONCE) {
                        ProcessJob *job = &jobs[runner.next++];

                        if (allow(&runner, job))
                                r = start(&runner, job);
                }
                if (r >= 0 && runner.n_running > 0)
                        r = serve(&runner);
        }
        for (size_t i = 0; i < runner.n_running; i++) {
                kill(runner.running[i]->pid, SIGKILL);
                forget(runner.running[i]);
        }
        free(runner.accounts);
        return r;
}
