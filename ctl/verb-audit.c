/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "ctl/json-output.h"
#include "ctl/process-limits.h"
#include "ctl/qemu-processes.h"
#include "ctl/qemu-program.h"
#include "ctl/source-profile.h"
#include "ctl/table.h"
#include "ctl/verbs.h"
#include "ctl/vm-defaults.h"
#include "ctl/vm-input.h"
#include "ctl/vm-installed.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "profile/guest/check-words.h"
#include "profile/guest/guest-defaults.h"

typedef struct Audited {
        const QemuProcess *process;
        bool judged;
        Guest guest;
        Check check;
        char why[320]; /* what led to the verdict, or why there is none */
} Audited;

typedef struct Audit {
        size_t n;
        Audited *items; /* owned */
} Audit;

static void audit_done(Audit *audit) {
        for (size_t i = 0; i < audit->n; i++) {
                check_done(&audit->items[i].check);
                guest_done(&audit->items[i].guest);
        }
        free(audit->items);
}

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

/* ── one process ───────────────────────────────────────────────────────────────────────────────────────── */

static int read_guest(Audited *audited, const SiteDefaults *site, GuestInstalled installed) {
        const QemuProcess *process = audited->process;
        const VmFiles files = { process->directory };
        VmError error = {};
        int r;

        if (process->error < 0) {
                snprintf(audited->why, sizeof(audited->why), "command line: %s", strerror(-process->error));
                return -EINVAL;
        }
        if (qemu_program(process->program) == QEMU_PROGRAM_FOREIGN) {
                snprintf(audited->why, sizeof(audited->why), "a %s guest: only PCs are understood",
                                process->program + strlen("qemu-system-"));
                return -EINVAL;
        }
        r = vm_input_process(process->cmdline, process->n, &files, &audited->guest, &error);
        if (r == -EINVAL)
                snprintf(audited->why, sizeof(audited->why), "command line: %s", error.text);
        if (r < 0)
                return r;
        process_limits_read(process->directory, &audited->guest);
        if (vm_installed_limit(process->directory, &installed))
                vm_installed_image(&audited->guest, &installed);
        r = site_defaults_apply(site, &audited->guest, &installed);
        return r < 0 ? r : guest_defaults(&audited->guest, &installed);
}

/* What the answer to it decides: the worst of the alternatives. */
static void explain_missing(Audited *audited) {
        const Check *check = &audited->check;
        const CheckAlternative *worst = NULL;

        for (size_t i = 0; i < check->n_alternatives; i++)
                if (!worst || check->alternatives[i].verdict > worst->verdict)
                        worst = &check->alternatives[i];
        if (worst)
                snprintf(audited->why, sizeof(audited->why), "not known: %s; %s with %s", check->missing[0],
                                verdict_to_string(worst->verdict), worst->when);
        else
                snprintf(audited->why, sizeof(audited->why), "not known: %s", check->missing[0]);
}

/* The worst finding, which is the first, and what is missing where nothing is worse. */
static void explain(Audited *audited) {
        const Check *check = &audited->check;
        const CheckFinding *first = check->n > 0 ? &check->findings[0] : NULL;

        if (first && first->verdict != VERDICT_SAFE)
                snprintf(audited->why, sizeof(audited->why), "%s %s: %s", first->rule, first->subject,
                                first->summary);
        else if (check->n_missing > 0)
                explain_missing(audited);
}

static int audit_one(Audited *audited, const Profile *profile, const SiteDefaults *site,
                const GuestInstalled *installed) {
        int r;

        r = read_guest(audited, site, *installed);
        if (r == -ENOMEM)
                return r;
        if (r < 0) {
                if (!*audited->why)
                        snprintf(audited->why, sizeof(audited->why), "command line: %s", strerror(-r));
                return 0;
        }
        r = check_guest(&audited->guest, profile, &audited->check);
        if (r < 0)
                return r;
        audited->judged = true;
        explain(audited);
        return 0;
}

static int audit_all(const QemuProcesses *processes, const Profile *profile, const SiteDefaults *site,
                Audit *ret) {
        GuestInstalled installed = {};
        int r;

        ret->items = calloc(processes->n + 1, sizeof(Audited));
        if (!ret->items)
                return -ENOMEM;
        vm_installed_read(&installed);
        for (size_t i = 0; i < processes->n; i++) {
                Audited *audited = &ret->items[ret->n++];

                audited->process = &processes->items[i];
                r = audit_one(audited, profile, site, &installed);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ── output ────────────────────────────────────────────────────────────────────────────────────────────── */

static json_t *text_json(const char *text) {
        char printable[512];

        text_printable((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, printable,
                        sizeof(printable));
        return json_string(printable);
}

static json_t *audited_json(const Audited *audited) {
        const Layout *layout = &audited->check.layout;

        return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o}", "pid", (int) audited->process->pid,
                        "program", audited->process->program, "name",
                        *audited->guest.name ? text_json(audited->guest.name) : json_null(), "verdict",
                        audited->judged ? json_string(verdict_to_string(audited->check.verdict))
                                        : json_null(),
                        "physBits",
                        audited->judged && layout->phys_bits ? json_integer(layout->phys_bits) : json_null(),
                        "why", *audited->why ? text_json(audited->why) : json_null(), "check",
                        audited->judged ? check_json(&audited->guest, &audited->check) : json_null());
}

static int print_json(const Options *options, const Audit *audit) {
        json_t *array = json_array();

        for (size_t i = 0; i < audit->n; i++)
                json_array_append_new(array, audited_json(&audit->items[i]));
        return json_print(options, array);
}

enum { COLUMN_PID, COLUMN_NAME, COLUMN_VERDICT, COLUMN_WIDTH, COLUMN_WHY };

static const Column columns[] = {
        [COLUMN_PID] = { "PID", .right = true },
        [COLUMN_NAME] = { "NAME" },
        [COLUMN_VERDICT] = { "VERDICT" },
        [COLUMN_WIDTH] = { "WIDTH", .right = true },
        [COLUMN_WHY] = { "WHY", .wrap = true },
};

static int print_table(const Options *options, const Audit *audit) {
        const Screen screen = screen_get();
        Table *table = table_new(columns, ELEMENTS(columns), &screen, options->no_legend);

        for (size_t i = 0; i < audit->n; i++) {
                const Audited *audited = &audit->items[i];
                unsigned bits = audited->check.layout.phys_bits;
                char printable[sizeof(audited->why)];

                text_printable((Bytes){ .data = (const uint8_t *) audited->why, .n = strlen(audited->why) },
                                printable, sizeof(printable));
                table_row(table);
                table_cellf(table, COLUMN_PID, "%d", (int) audited->process->pid);
                table_cell(table, COLUMN_NAME, *audited->guest.name ? audited->guest.name : NULL);
                table_cell(table, COLUMN_VERDICT,
                                audited->judged ? verdict_to_string(audited->check.verdict) : "unknown");
                if (bits)
                        table_cellf(table, COLUMN_WIDTH, "%u", bits);
                else
                        table_cell(table, COLUMN_WIDTH, NULL);
                table_cell(table, COLUMN_WHY, *printable ? printable : NULL);
        }
        return table_finish(table);
}

static int print_text(const Options *options, const Audit *audit) {
        _cleanup_pager_ pid_t pager = pager_open(options);

        (void) pager;
        if (audit->n > 0)
                return print_table(options, audit);
        if (!options->no_legend)
                printf("No QEMU or Cloud Hypervisor runs here, as far as this user can see.\n");
        return EXIT_SUCCESS;
}

/* What could not be judged is not safe. */
static int exit_status(const Audit *audit) {
        bool all = true;

        for (size_t i = 0; i < audit->n; i++) {
                if (audit->items[i].judged && audit->items[i].check.verdict == VERDICT_UNSAFE)
                        return EXIT_UNSAFE;
                all &= audit->items[i].judged;
        }
        return all ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* A descriptor of each process stays open, and there may be more of them than a shell's limit. */
static void raise_files_limit(void) {
        struct rlimit limit;

        if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
                return;
        limit.rlim_cur = limit.rlim_max;
        (void) setrlimit(RLIMIT_NOFILE, &limit);
}

int verb_audit(const Options *options, int argc, char **argv) {
        _cleanup_(qemu_processes_done) QemuProcesses processes = {};
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(audit_done) Audit audit = {};
        SiteDefaults site;
        int r;

        if (options->host) {
                fprintf(stderr, "hawctl: audit sees the processes of this host only: run it there, over ssh\n");
                return EXIT_USAGE;
        }
        r = vm_defaults_read(options, &site);
        if (r == EXIT_SUCCESS)
                r = source_profile(options, &profile);
        if (r != EXIT_SUCCESS)
                return r;
        raise_files_limit();
        r = qemu_processes_read(&processes);
        if (r < 0) {
                fprintf(stderr, "hawctl: /proc: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        r = audit_all(&processes, &profile, &site, &audit);
        if (r < 0)
                return out_of_memory();
        r = options->json ? print_json(options, &audit) : print_text(options, &audit);
        return r == EXIT_SUCCESS ? exit_status(&audit) : r;
}
