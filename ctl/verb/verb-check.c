/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/guest-source.h"
#include "ctl/origin/source-file.h"
#include "ctl/origin/source-profile.h"
#include "ctl/show/check-text.h"
#include "ctl/show/json-output.h"
#include "ctl/verb/verbs.h"
#include "guest/answer/migration.h"
#include "guest/rules/check.h"

typedef struct Targets {
        size_t n;
        Migration *migrations;
} Targets;

static void targets_done(Targets *targets) {
        for (size_t i = 0; i < targets->n; i++)
                migration_done(&targets->migrations[i]);
        free(targets->migrations);
}

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

static int check_targets(const Options *options, const Guest *guest, const Check *here,
                const Profile *source, Targets *ret) {
        ret->migrations = calloc(options->n_targets + 1, sizeof(*ret->migrations));
        if (!ret->migrations)
                return out_of_memory();
        for (unsigned i = 0; i < options->n_targets; i++) {
                _cleanup_(profile_done) Profile target = {};
                int r = source_file_profile(options, options->targets[i], &target);

                if (r != EXIT_SUCCESS)
                        return r;
                if (check_migration(guest, here, source, &target, &ret->migrations[i]) < 0)
                        return out_of_memory();
                ret->n++;
        }
        return EXIT_SUCCESS;
}

static int print_json(
                const Options *options, const Guest *guest, const Check *check, const Targets *targets) {
        json_t *document = check_json(guest, check), *array = json_array();

        for (size_t i = 0; i < targets->n; i++)
                json_array_append_new(array, migration_json(options->targets[i], &targets->migrations[i]));
        if (targets->n > 0)
                json_object_set(document, "targets", array);
        json_decref(array);
        return json_print(options, document);
}

static void print_target(
                const Screen *screen, const char *name, const Guest *guest, const Migration *migration) {
        static const char *const questions[_MIGRATION_MAX] = {
                [MIGRATION_LIVE] = "moved while it runs",
                [MIGRATION_OFFLINE] = "started there",
                [MIGRATION_HOTPLUG] = "given a device after the move",
        };

        for (MigrationKind kind = 0; kind < _MIGRATION_MAX; kind++) {
                char about[256];

                snprintf(about, sizeof(about), "%s: %s", name, questions[kind]);
                putchar('\n');
                check_text_verdict(screen, migration->answers[kind].verdict, about);
                check_text_findings(screen, guest, &migration->answers[kind], false);
        }
}

static int print_text(const Options *options, const Guest *guest, const Profile *profile, const Check *check,
                const Targets *targets) {
        const char *host = *profile->host.hostname ? profile->host.hostname : "this host";
        const Screen screen = screen_get();
        _cleanup_pager_ pid_t pager = pager_open(options);
        char about[512];

        (void) pager;
        snprintf(about, sizeof(about), "%s on %s: %u address bits; %s",
                        *guest->name ? guest->name : "the guest", host, check->layout.phys_bits,
                        *check->layout.rule ? check->layout.rule : "no 64-bit window");
        check_text_verdict(&screen, check->verdict, about);
        check_text_findings(&screen, guest, check, true);
        check_text_assumed(&screen, guest);
        for (size_t i = 0; i < targets->n; i++)
                print_target(&screen, options->targets[i], guest, &targets->migrations[i]);
        if (!options->layout)
                return EXIT_SUCCESS;
        putchar('\n');
        return check_text_layout(&screen, &check->layout, options->no_legend);
}

static bool unsafe(const Check *check, const Targets *targets) {
        for (size_t i = 0; i < targets->n; i++)
                if (targets->migrations[i].verdict == VERDICT_UNSAFE)
                        return true;
        return check->verdict == VERDICT_UNSAFE;
}

int verb_check(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(guest_done) Guest guest = {};
        _cleanup_(check_done) Check check = {};
        _cleanup_(targets_done) Targets targets = {};
        int r = guest_source(options, argc, argv, &guest);

        if (r != EXIT_SUCCESS)
                return r;
        r = source_profile(options, &profile);
        if (r != EXIT_SUCCESS)
                return r;
        if (check_guest(&guest, &profile, &check) < 0)
                return out_of_memory();
        r = check_targets(options, &guest, &check, &profile, &targets);
        if (r != EXIT_SUCCESS)
                return r;
        r = options->json ? print_json(options, &guest, &check, &targets)
                          : print_text(options, &guest, &profile, &check, &targets);
        return r == EXIT_SUCCESS && unsafe(&check, &targets) ? EXIT_UNSAFE : r;
}
