/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/guest-source.h"
#include "ctl/origin/source-file.h"
#include "ctl/show/check-text.h"
#include "ctl/show/json-output.h"
#include "ctl/verb/verbs.h"
#include "guest/answer/answer.h"

typedef struct CheckOptions {
        GuestOptions guest;
        bool layout;
        OptionList targets;
} CheckOptions;

static const Option own_options[] = {
        GUEST_OPTIONS(CheckOptions, guest),
        { "layout", NULL, option_flag, offsetof(CheckOptions, layout),
                        "Print the guest's address ranges too" },
        { "for", "=PROFILE", option_list, offsetof(CheckOptions, targets),
                        "Check for that host, too: a document of 'hawctl\ndescribe', a host tree or a capture; may be given\nany number of times" },
        {},
};

typedef struct Targets {
        size_t n;
        CheckTarget *items;
} Targets;

static void targets_done(Targets *targets) {
        for (size_t i = 0; i < targets->n; i++)
                migration_done(&targets->items[i].migration);
        free(targets->items);
}

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

static int check_targets(const Options *options, const Guest *guest, const Check *here,
                const Profile *source, Targets *ret) {
        const OptionList *names = &((const CheckOptions *) options->own)->targets;

        ret->items = calloc(names->n + 1, sizeof(*ret->items));
        if (!ret->items)
                return out_of_memory();
        for (unsigned i = 0; i < names->n; i++) {
                _cleanup_(profile_done) Profile target = {};
                int r = source_file_profile(options, names->items[i], &target);

                if (r != EXIT_SUCCESS)
                        return r;
                ret->items[i].name = names->items[i];
                if (check_migration(guest, here, source, &target, &ret->items[i].migration) < 0)
                        return out_of_memory();
                ret->n++;
        }
        return EXIT_SUCCESS;
}

static void print_target(const Screen *screen, const Guest *guest, const CheckTarget *target) {
        static const char *const questions[_MIGRATION_MAX] = {
                [MIGRATION_LIVE] = "moved while it runs",
                [MIGRATION_OFFLINE] = "started there",
                [MIGRATION_HOTPLUG] = "given a device after the move",
        };

        for (MigrationKind kind = 0; kind < _MIGRATION_MAX; kind++) {
                char about[256];

                snprintf(about, sizeof(about), "%s: %s", target->name, questions[kind]);
                putchar('\n');
                check_text_verdict(screen, target->migration.answers[kind].verdict, about);
                /* That none can be plugged in is no danger, and says what the verdict means. */
                check_text_findings(
                                screen, guest, &target->migration.answers[kind], kind == MIGRATION_HOTPLUG);
        }
}

static int print_text(const Options *options, const Guest *guest, const Profile *profile, const Check *check,
                const Targets *targets) {
        const CheckOptions *own = options->own;
        const char *host = *profile->host.hostname ? profile->host.hostname : "this host";
        const Screen screen = screen_get();
        _cleanup_pager_ pid_t pager = pager_open(options);
        char about[512];

        (void) pager;
        if (check->layout.phys_bits)
                snprintf(about, sizeof(about), "%s on %s: %u address bits; %s",
                                *guest->name ? guest->name : "the guest", host, check->layout.phys_bits,
                                *check->layout.rule ? check->layout.rule : "no 64-bit window");
        else
                snprintf(about, sizeof(about), "%s on %s: unknown address width",
                                *guest->name ? guest->name : "the guest", host);
        check_text_verdict(&screen, check->verdict, about);
        check_text_findings(&screen, guest, check, true);
        check_text_assumed(&screen, guest, check);
        for (size_t i = 0; i < targets->n; i++)
                print_target(&screen, guest, &targets->items[i]);
        if (!own->layout)
                return EXIT_SUCCESS;
        putchar('\n');
        return check_text_layout(&screen, &check->layout, options->no_legend);
}

static bool unsafe(const Check *check, const Targets *targets) {
        for (size_t i = 0; i < targets->n; i++)
                if (targets->items[i].migration.verdict == VERDICT_UNSAFE)
                        return true;
        return check->verdict == VERDICT_UNSAFE;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(guest_done) Guest guest = {};
        _cleanup_(check_done) Check check = {};
        _cleanup_(targets_done) Targets targets = {};
        const CheckOptions *own = options->own;
        int r = guest_source(options, &own->guest, argc, argv, &guest, &profile);

        if (r != EXIT_SUCCESS)
                return r;
        if (check_guest(&guest, &profile, &check) < 0)
                return out_of_memory();
        r = check_targets(options, &guest, &check, &profile, &targets);
        if (r != EXIT_SUCCESS)
                return r;
        r = options->json ? json_print(options, check_json(&guest, &check, targets.items, targets.n))
                          : print_text(options, &guest, &profile, &check, &targets);
        return r == EXIT_SUCCESS && unsafe(&check, &targets) ? EXIT_UNSAFE : r;
}

const Verb verb_check = {
        .name = "check",
        .arguments = "GUEST",
        .max = -1,
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT | TAKES_TABLE,
        .summary = "Check whether a guest can run here, or migrate",
        .help = "Lays out the guest's address space as its VMM and firmware do, and compares it\n"
                "with this host. Shows the verdict (safe, warning or unsafe), the findings with\n"
                "the numbers that were compared, and the smallest changes that help. A guest with\n"
                "missing inputs is never safe. The exit status is 3 if the guest is unsafe, 2 if\n"
                "GUEST is not understood.\n"
                "\n"
                "GUEST is a file with hawd's JSON, the XML of a libvirt domain, an xl.cfg of Xen,\n"
                "a command line of QEMU or Cloud Hypervisor (also in a script or a libvirt log),\n"
                "or the JSON of Cloud Hypervisor or libxl; - for standard input; or -- and the\n"
                "command line itself.\n",
        .example = "virsh dumpxml vm1 | hawctl check - --for=other-host.json",
        .options = own_options,
        .size = sizeof(CheckOptions),
        .run = run,
};
