/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "ctl/fleet/fleet-options.h"
#include "ctl/fleet/fleet-read.h"
#include "ctl/origin/guest-domain.h"
#include "ctl/show/baseline-text.h"
#include "ctl/show/json-output.h"
#include "ctl/verb/verbs.h"
#include "fleet/baseline-fleet.h"

/* A class takes 2 to 5 ms; beyond this many, settings are checked on request only. */
#define CLASSES_CHECKED_MAX 2000

typedef struct BaselineOptions {
        uint32_t for_width;
        bool all, settings;
} BaselineOptions;

static const Option own_options[] = {
        { "for-width", "=N", option_number, offsetof(BaselineOptions, for_width),
                        "Which hosts cannot run guests of N bits, and\n"
                        "settings for that width (from 32 to 52)",
                        .min = SETTINGS_BITS_MIN, .max = SETTINGS_BITS_MAX },
        { "settings", NULL, option_flag, offsetof(BaselineOptions, settings),
                        "Print the settings for all programs, and only them" },
        { "all", NULL, option_flag, offsetof(BaselineOptions, all),
                        "Do not shorten lists; JSON: with all names of hosts" },
        {},
};

static int fail(int r) {
        fprintf(stderr, "hawctl: %s\n", strerror(-r));
        return EXIT_FAILURE;
}

static int fail_settings(int r, const VmError *error) {
        fprintf(stderr, "hawctl: cannot check settings: %s\n", *error->text ? error->text : strerror(-r));
        return EXIT_FAILURE;
}

static int print(const Options *options, const BaselineOptions *own, const Baseline *baseline,
                const BaselineFleet *fleet, const BaselineSettings *settings) {
        const BaselineText text = {
                .screen = screen_get(),
                .baseline = baseline,
                .fleet = fleet,
                .for_width = (uint8_t) own->for_width,
                .all = own->all,
                .all_settings = own->settings,
                .no_legend = options->no_legend,
                .settings = settings,
        };
        _cleanup_pager_ pid_t pager = pager_open(options);

        (void) pager;
        return baseline_text(&text);
}

static int write_json(const Options *options, const BaselineOptions *own, const Baseline *baseline,
                const BaselineFleet *fleet, const BaselineSettings *settings) {
        const BaselineRequest request = {
                .for_width = (uint8_t) own->for_width,
                .all = own->all,
                .has_settings = settings != NULL,
                .n_settings = settings ? settings->n : 0,
                .settings = settings ? settings->sets : NULL,
        };
        int r = baseline_write(baseline, fleet, &request, options->json_layout, json_to_stdout, NULL);

        /* Errors of standard output are reported when flushing. */
        return r < 0 && !ferror(stdout) ? fail(r) : EXIT_SUCCESS;
}

static int make_settings(const Options *options, const Baseline *baseline, const BaselineFleet *fleet,
                BaselineSettings *ret, bool *ret_made) {
        const BaselineOptions *own = options->own;
        VmError error = {};
        int r;

        if (baseline->n_classes > CLASSES_CHECKED_MAX && !own->settings) {
                fprintf(stderr,
                                "hawctl: settings are left out, as they must be checked on %zu classes; "
                                "--settings checks them\n",
                                baseline->n_classes);
                return EXIT_SUCCESS;
        }
        r = baseline_settings_make(baseline, fleet, (uint8_t) own->for_width,
                        !options->json && !own->settings, guest_domain_read, ret, &error);
        *ret_made = r >= 0;
        return r < 0 ? fail_settings(r, &error) : EXIT_SUCCESS;
}

static int show(const Options *options, const Fleet *hosts) {
        _cleanup_(baseline_settings_done) BaselineSettings settings = {};
        _cleanup_(fleet_reader_done) FleetReader reader = {};
        _cleanup_(baseline_done) Baseline baseline = {};
        const BaselineFleet fleet = fleet_reader(&reader, hosts);
        const BaselineOptions *own = options->own;
        int r = baseline_make(&fleet, &baseline), status;
        bool made = false;

        if (r < 0)
                return fail(r);
        /* The rest does not depend on them. */
        status = make_settings(options, &baseline, &fleet, &settings, &made);
        r = (options->json ? write_json : print)(options, own, &baseline, &fleet, made ? &settings : NULL);
        return r == EXIT_SUCCESS ? status : r;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(fleet_read_done) FleetRead read = {};
        int r = fleet_read(options, argc, argv, NULL, &read);

        if (r != EXIT_SUCCESS)
                return r;
        return fleet_read_status(&read, show(options, read.fleet));
}

const Verb verb_baseline = {
        .name = "baseline",
        .arguments = FLEET_ARGUMENTS,
        .min = 1,
        .max = -1,
        .takes = TAKES_JSON | TAKES_TABLE | TAKES_TIMEOUT,
        .summary = "Show the widest guest that every host of a fleet can run",
        .help = FLEET_HELP
        "\nShows which hosts hold the fleet back and why, what a wider guest would exclude,\n"
        "between which hosts guests can migrate live, and settings that were checked on\n"
        "each class of hosts.\n",
        .example = "hawctl baseline --for-width=46 hosts.jsonl",
        .options = own_options,
        .size = sizeof(BaselineOptions),
        .run = run,
};
