/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/fleet/fleet-options.h"
#include "ctl/fleet/fleet-read.h"
#include "ctl/origin/source-profile.h"
#include "ctl/show/json-output.h"
#include "ctl/show/models-text.h"
#include "ctl/verb/verbs.h"
#include "guest/answer/models.h"
#include "guest/cpu-model.h"
#include "guest/nearest.h"

typedef struct ModelsOptions {
        OptionList fleet;
} ModelsOptions;

static const Option own_options[] = {
        { "fleet", "=FLEET", option_list, offsetof(ModelsOptions, fleet),
                        "The hosts to compare with, instead of this host; may\nbe given any number of times" },
        {},
};

static int fail(int r) {
        fprintf(stderr, "hawctl: %s\n", strerror(-r));
        return EXIT_FAILURE;
}

static int add_classes(const Fleet *fleet, ModelHosts *ret) {
        for (size_t i = 0; i < fleet_n_classes(fleet); i++) {
                _cleanup_(host_class_done) HostClass class = {};
                FleetClass about;
                int r = fleet_class_read(fleet, i, &class);

                if (r < 0)
                        return fail(r);
                fleet_class(fleet, i, &about);
                model_hosts_add(ret, &class.profile, about.n_hosts);
        }
        return EXIT_SUCCESS;
}

/* *ret_status: that of a run whose output is complete. */
static int read_hosts(const Options *options, ModelHosts *ret, int *ret_status) {
        const OptionList *names = &((const ModelsOptions *) options->own)->fleet;
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(fleet_read_done) FleetRead read = {};
        int r;

        *ret_status = EXIT_SUCCESS;
        if (names->n == 0) {
                r = source_profile(options, &profile);
                if (r == EXIT_SUCCESS)
                        model_hosts_add(ret, &profile, 1);
                return r;
        }
        if (options->root || options->local || options->host || options->bus_address) {
                fprintf(stderr, "hawctl: --fleet excludes --root, --local, --host and --bus-address\n");
                return EXIT_USAGE;
        }
        r = fleet_read(options, (int) names->n, (char **) names->items, NULL, &read);
        if (r != EXIT_SUCCESS)
                return r;
        *ret_status = fleet_read_status(&read, EXIT_SUCCESS);
        return add_classes(read.fleet, ret);
}

static int unknown_model(const Models *models, const char *name) {
        Nearest nearest = nearest_to(name);

        if (guest_cpu_model_is_host(name)) {
                fprintf(stderr, "hawctl: '%s' copies the CPU of the host; 'hawctl status' shows its widths\n",
                                name);
                return EXIT_FAILURE;
        }
        for (size_t i = 0; i < models->n; i++)
                nearest_try(&nearest, models->models[i].name);
        if (nearest.found)
                fprintf(stderr, "hawctl: CPU model '%s' not found; did you mean '%s'?\n", name,
                                nearest.found);
        else
                fprintf(stderr, "hawctl: CPU model '%s' not found; 'hawctl models' lists them\n", name);
        return EXIT_FAILURE;
}

/* Those that were named, each once; all if none was. */
static int choose(Models *models, int argc, char **argv) {
        _cleanup_free_ bool *wanted = calloc(models->n, sizeof(*wanted));
        size_t n = 0;

        if (!wanted)
                return fail(-ENOMEM);
        for (int i = 0; i < argc; i++) {
                const Model *model = models_find(models, argv[i]);

                if (!model)
                        return unknown_model(models, argv[i]);
                wanted[model - models->models] = true;
        }
        for (size_t i = 0; argc > 0 && i < models->n; i++)
                if (wanted[i])
                        models->models[n++] = models->models[i];
        if (argc > 0)
                models->n = n;
        return EXIT_SUCCESS;
}

static int print(const Options *options, const Models *models, bool each) {
        const Screen screen = screen_get();
        _cleanup_pager_ pid_t pager = 0;

        if (options->json)
                return json_print(options, models_json(models));
        pager = pager_open(options);
        return each ? models_text_each(&screen, models, options->no_legend)
                    : models_text_list(&screen, models, options->no_legend);
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(models_done) Models models = {};
        ModelHosts hosts = {};
        int status, r;

        /* Names are checked before a fleet is read. */
        r = models_make(&hosts, &models);
        if (r < 0)
                return fail(r);
        r = choose(&models, argc, argv);
        if (r != EXIT_SUCCESS)
                return r;
        r = read_hosts(options, &hosts, &status);
        if (r != EXIT_SUCCESS)
                return r;
        models_done(&models);
        r = models_make(&hosts, &models);
        if (r < 0)
                return fail(r);
        r = choose(&models, argc, argv);
        if (r == EXIT_SUCCESS)
                r = print(options, &models, argc > 0);
        return r == EXIT_SUCCESS ? status : r;
}

const Verb verb_models = {
        .name = "models",
        .arguments = "[MODEL...]",
        .max = -1,
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT | TAKES_TABLE,
        .summary = "Show CPU models, and the widths of their hardware",
        .help = "Shows for each CPU model of QEMU and libvirt the address widths that were seen\n"
                "in hardware of this name and how often, the width that QEMU gives it by default,\n"
                "and which of them this host holds. With MODEL, shows more of this model; it may\n"
                "be a version such as Skylake-Server-v2 or Haswell-noTSX-IBRS.\n"
                "\n" FLEET_HELP,
        .example = "hawctl models Broadwell --fleet=profiles.jsonl.zst",
        .options = own_options,
        .size = sizeof(ModelsOptions),
        .run = run,
};
