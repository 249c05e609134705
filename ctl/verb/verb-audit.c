/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "ctl/origin/guest-options.h"
#include "ctl/origin/guest-source.h"
#include "ctl/origin/source-profile.h"
#include "ctl/process/audit-process.h"
#include "ctl/process/guest-installed.h"
#include "ctl/process/qemu-processes.h"
#include "ctl/process/xen-domains.h"
#include "ctl/show/json-output.h"
#include "ctl/show/table.h"
#include "ctl/verb/verbs.h"
#include "guest/rules/check.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

typedef struct AuditOptions {
        const char *defaults;
} AuditOptions;

static const Option own_options[] = {
        GUEST_DEFAULTS_OPTION(AuditOptions, defaults),
        {},
};

/* ── all processes ─────────────────────────────────────────────────────────────────────────────────────── */

/* What is unknown of a process without answer. */
static json_t *unanswered(const QemuProcess *process, const ProcessJob *job) {
        return json_pack("{s:s, s:n, s:n, s:n, s:s, s:n}", "program", process->program, "name", "verdict",
                        "physBits", "why", job->why, "check");
}

static json_t *row(const QemuProcess *process, const ProcessJob *job) {
        json_t *answer = job->answer ? json_incref(job->answer) : unanswered(process, job);
        json_t *json = json_pack(
                        "{s:I, s:I}", "pid", (json_int_t) process->pid, "uid", (json_int_t) process->owner);

        if (json_object_update_missing(json, answer) < 0) {
                json_decref(json);
                json = NULL;
        }
        json_decref(answer);
        return json;
}

static int collect(const QemuProcesses *processes, const ProcessJob *jobs, json_t **ret) {
        json_t *rows = json_array();

        if (!rows)
                return -ENOMEM;
        for (size_t i = 0; i < processes->n; i++) {
                const QemuProcess *process = &processes->items[i];

                /* Nothing shows that an inaccessible process is a VMM. */
                if (json_is_null(jobs[i].answer) || (!jobs[i].answer && !*process->program))
                        continue;
                if (json_array_append_new(rows, row(process, &jobs[i])) < 0) {
                        json_decref(rows);
                        return -ENOMEM;
                }
        }
        *ret = rows;
        return 0;
}

static int audit_all(const QemuProcesses *processes, const AuditQuestion *question, json_t **ret) {
        ProcessJob *jobs = calloc(processes->n + 1, sizeof(*jobs));
        int r;

        if (!jobs)
                return -ENOMEM;
        for (size_t i = 0; i < processes->n; i++)
                jobs[i] = (ProcessJob){ .process = processes->items[i].directory,
                        .owner = processes->items[i].owner };
        r = process_jobs_run(jobs, processes->n, audit_process, question);
        if (r >= 0)
                r = collect(processes, jobs, ret);
        for (size_t i = 0; i < processes->n; i++)
                process_job_done(&jobs[i]);
        free(jobs);
        return r;
}

/* ── guests of Xen ─────────────────────────────────────────────────────────────────────────────────────── */

static int add_row(json_t *rows, json_t *domid, json_t *answer) {
        json_t *json = json_pack("{s:n, s:n, s:o}", "pid", "uid", "domid", domid);
        int r = json && json_object_update_missing(json, answer) >= 0 ? 0 : -ENOMEM;

        json_decref(answer);
        if (r < 0) {
                json_decref(json);
                return r;
        }
        return json_array_append_new(rows, json) < 0 ? -ENOMEM : 0;
}

static int add_domain(const AuditQuestion *question, XenDomain *domain, json_t *rows) {
        json_t *answer;
        int r = audit_domain(question, &domain->guest, domain->why, &answer);

        return r < 0 ? r : add_row(rows, json_integer(domain->domid), answer);
}

/* In a dom0 only. */
static int audit_domains(const AuditQuestion *question, json_t *rows) {
        _cleanup_(xen_domains_done) XenDomains domains = {};
        char why[128];
        int r;

        if (!xen_domains_here())
                return 0;
        r = xen_domains_read(XEN_DOMAINS_PATH, xen_domains_since(), &domains);
        if (r < 0 && r != -ENOMEM) {
                Guest none = {};
                json_t *answer;

                snprintf(why, sizeof(why), "Xen's guests: %s: %s", XEN_DOMAINS_PATH, strerror(-r));
                r = audit_domain(question, &none, why, &answer);
                return r < 0 ? r : add_row(rows, json_null(), answer);
        }
        for (size_t i = 0; i < domains.n && r >= 0; i++)
                r = add_domain(question, &domains.items[i], rows);
        return r;
}

/* ── output ────────────────────────────────────────────────────────────────────────────────────────────── */

enum { COLUMN_PID, COLUMN_UID, COLUMN_NAME, COLUMN_VERDICT, COLUMN_WIDTH, COLUMN_WHY };

static const Column columns[] = {
        [COLUMN_PID] = { "PID", .right = true },
        [COLUMN_UID] = { "UID", .right = true },
        [COLUMN_NAME] = { "NAME" },
        [COLUMN_VERDICT] = { "VERDICT" },
        [COLUMN_WIDTH] = { "WIDTH", .right = true },
        [COLUMN_WHY] = { "WHY", .wrap = true },
};

/* NULL: missing, or not text. A child that processed untrusted text wrote it. */
static const char *member(const json_t *json, const char *key, char ret[512]) {
        const char *text = json_string_value(json_object_get(json, key));

        if (text)
                text_shown(text, ret, 512);
        return text ? ret : NULL;
}

/* A guest of Xen has no process: its number in Xen stands there. */
static void print_owner(Table *table, const json_t *json) {
        const json_t *domid = json_object_get(json, "domid"), *pid = json_object_get(json, "pid");

        if (json_is_integer(domid))
                table_cellf(table, COLUMN_PID, "dom%d", (int) json_integer_value(domid));
        else if (json_is_integer(pid))
                table_cellf(table, COLUMN_PID, "%d", (int) json_integer_value(pid));
        else
                table_cell(table, COLUMN_PID, NULL);
        if (json_is_integer(pid))
                table_cellf(table, COLUMN_UID, "%u",
                                (unsigned) json_integer_value(json_object_get(json, "uid")));
        else
                table_cell(table, COLUMN_UID, NULL);
}

static int print_table(const Options *options, const json_t *rows) {
        const Screen screen = screen_get();
        Table *table = table_new(columns, ELEMENTS(columns), &screen, options->no_legend);
        char text[512];
        const json_t *json;
        size_t i;

        json_array_foreach(rows, i, json) {
                const json_t *bits = json_object_get(json, "physBits");
                const char *verdict;

                table_row(table);
                print_owner(table, json);
                table_cell(table, COLUMN_NAME, member(json, "name", text));
                verdict = member(json, "verdict", text);
                table_cell(table, COLUMN_VERDICT, verdict ? verdict : "unknown");
                if (json_is_integer(bits))
                        table_cellf(table, COLUMN_WIDTH, "%d", (int) json_integer_value(bits));
                else
                        table_cell(table, COLUMN_WIDTH, NULL);
                table_cell(table, COLUMN_WHY, member(json, "why", text));
        }
        return table_finish(table);
}

static int print_text(const Options *options, const json_t *rows) {
        _cleanup_pager_ pid_t pager = pager_open(options);

        (void) pager;
        if (json_array_size(rows) > 0)
                return print_table(options, rows);
        if (!options->no_legend)
                printf("No guest of QEMU, Cloud Hypervisor or Xen runs here, as far as this user can see.\n");
        return EXIT_SUCCESS;
}

/* Unknown is not safe. */
static int exit_status(const json_t *rows) {
        bool all = true;
        const json_t *json;
        size_t i;

        json_array_foreach(rows, i, json) {
                const char *verdict = json_string_value(json_object_get(json, "verdict"));

                if (verdict && strcmp(verdict, check_verdict_word(VERDICT_UNSAFE)) == 0)
                        return EXIT_UNSAFE;
                all = all && verdict;
        }
        return all ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int print(const Options *options, json_t *rows) {
        int status = exit_status(rows), r;

        if (options->json)
                r = json_print(options, rows);
        else {
                r = print_text(options, rows);
                json_decref(rows);
        }
        return r == EXIT_SUCCESS ? status : r;
}

/* One descriptor per process stays open, which may exceed a shell's limit. */
static void raise_files_limit(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;
        limit.rlim_cur = limit.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
}

static int failed(const char *what, int r) {
        fprintf(stderr, "hawctl: %s%s\n", what, strerror(-r));
        return EXIT_FAILURE;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(qemu_processes_done) QemuProcesses processes = {};
        _cleanup_(profile_done) Profile profile = {};
        const AuditOptions *own = options->own;
        GuestInstalled installed = {};
        SiteDefaults site;
        AuditQuestion question = {
                .profile = &profile, .site = &site, .installed = &installed, .json = options->json
        };
        json_t *rows = NULL;
        int r;

        r = site_file_read(options, own->defaults, &site);
        if (r == EXIT_SUCCESS)
                r = source_profile(options, &profile);
        if (r != EXIT_SUCCESS)
                return r;
        raise_files_limit();
        r = qemu_processes_read(&processes);
        if (r < 0)
                return failed("/proc: ", r);
        guest_installed_read(&installed);
        r = audit_all(&processes, &question, &rows);
        if (r >= 0)
                r = audit_domains(&question, rows);
        if (r < 0)
                json_decref(rows);
        return r < 0 ? failed("", r) : print(options, rows);
}

const Verb verb_audit = {
        .name = "audit",
        .takes = TAKES_ROOT | TAKES_LOCAL | TAKES_BUS | TAKES_JSON | TAKES_TABLE | TAKES_TIMEOUT,
        .summary = "Check all guests of QEMU, Cloud Hypervisor and Xen that run here",
        .help = "Reads the command line of each process from /proc and checks it on this host,\n"
                "and in a dom0, as root, what libxl keeps of Xen's guests in /var/lib/xen.\n"
                "Shows the verdict, the guest's address bits, and the worst finding. The exit\n"
                "status is 3 if a guest is unsafe, 1 if one is unknown. Without root, processes\n"
                "of other users may not be visible. With --root, checks them on that host.\n",
        .example = "hawctl audit --json=short | jq '.[] | select(.verdict==\"unsafe\")'",
        .options = own_options,
        .size = sizeof(AuditOptions),
        .refusal = "it checks only the processes of this host; run it on the other host, over ssh",
        .run = run,
};
