/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/fleet/fleet-options.h"
#include "ctl/fleet/fleet-read.h"
#include "ctl/origin/guest-source.h"
#include "ctl/origin/source-file.h"
#include "ctl/show/json-output.h"
#include "ctl/show/place-text.h"
#include "ctl/verb/verbs.h"
#include "fleet/place-document.h"
#include "fleet/place.h"

typedef struct PlaceOptions {
        GuestOptions guest;
        const char *from;
        bool all;
} PlaceOptions;

static const Option own_options[] = {
        GUEST_OPTIONS(PlaceOptions, guest),
        { "from", "=PROFILE", option_text, offsetof(PlaceOptions, from),
                        "The host that the guest is to leave: a document of\n"
                        "'hawctl describe', a host tree or a capture" },
        { "all", NULL, option_flag, offsetof(PlaceOptions, all), "Do not shorten lists" },
        {},
};

/* ── the command line ──────────────────────────────────────────────────────────────────────────────────── */

typedef struct Arguments {
        int argc;
        char **argv;
} Arguments;

/* GUEST FLEET..., FLEET... with --pid, or FLEET... -- and a command line. */
static int split(const Options *options, int argc, char **argv, Arguments *ret_guest, Arguments *ret_fleet) {
        const PlaceOptions *own = options->own;
        int guest = own->guest.pid ? 0 : 1;

        if (options->literal > 0) {
                *ret_guest = (Arguments){ options->literal, argv + argc - options->literal };
                *ret_fleet = (Arguments){ argc - options->literal, argv };
        } else {
                *ret_guest = (Arguments){ argc < guest ? argc : guest, argv };
                *ret_fleet = (Arguments){ argc - ret_guest->argc, argv + ret_guest->argc };
        }
        if (ret_fleet->argc > 0)
                return EXIT_SUCCESS;
        fprintf(stderr,
                        options->literal > 0
                                        ? "hawctl: expected a fleet before '--'\n"
                                        : "hawctl: expected a guest and a fleet: hawctl place GUEST FLEET...\n");
        return EXIT_USAGE;
}

static int check_inputs(const PlaceOptions *own, const Arguments *guest, const Arguments *fleet) {
        int n = own->from && strcmp(own->from, "-") == 0;

        n += guest->argc == 1 && strcmp(guest->argv[0], "-") == 0;
        for (int i = 0; i < fleet->argc; i++)
                n += strcmp(fleet->argv[i], "-") == 0;
        if (n <= 1)
                return EXIT_SUCCESS;
        fprintf(stderr, "hawctl: only one of the guest, the fleet and --from can be standard input\n");
        return EXIT_USAGE;
}

/* ── answers ───────────────────────────────────────────────────────────────────────────────────────────── */

static int fail(int r) {
        fprintf(stderr, "hawctl: %s\n", strerror(-r));
        return EXIT_FAILURE;
}

static int visit(const Profile *host, FleetRecord *record, void *userdata) {
        return place_visit(userdata, host, record);
}

static int print_json(const Options *options, const Place *place, const Fleet *fleet) {
        int r = EXIT_SUCCESS;

        for (size_t i = 0; r == EXIT_SUCCESS && i < place->n_hosts && !ferror(stdout); i++) {
                const PlaceOutcome *outcome = place_outcome(place, i);
                PlaceLine line = { .judged = outcome != NULL };
                FleetClass class;
                FleetHost host;

                fleet_host(fleet, i, &host);
                fleet_class(fleet, host.class, &class);
                snprintf(line.hostname, sizeof(line.hostname), "%s", host.hostname);
                snprintf(line.machine_id, sizeof(line.machine_id), "%s", host.machine_id);
                memcpy(line.class, class.key, sizeof(line.class));
                if (outcome)
                        line.placement = outcome->placement;
                r = json_print(options, place_line_json(&line));
        }
        return r;
}

static const char *where(const void *userdata, FleetPlace place, char *ret, size_t size) {
        fleet_read_path(userdata, place, ret, size);
        return ret;
}

static int print_text(const Options *options, const PlaceQuestion *question, const Place *place,
                const FleetRead *read) {
        const PlaceText text = {
                .screen = screen_get(),
                .guest = question->guest.name,
                .place = place,
                .fleet = read->fleet,
                .all = ((const PlaceOptions *) options->own)->all,
                .where = where,
                .userdata = read,
        };
        _cleanup_pager_ pid_t pager = pager_open(options);
        int r;

        (void) pager;
        r = place_text(&text);
        return r < 0 ? fail(r) : EXIT_SUCCESS;
}

/* While it runs or after a stop, if it is to leave a host. */
static bool has_takers(const Place *place) {
        return place_takers(place, PLACE_CHECK) > 0 ||
                        (place->moved &&
                                        (place_takers(place, PLACE_LIVE) > 0 ||
                                                        place_takers(place, PLACE_OFFLINE) > 0));
}

static int answer(const Options *options, const PlaceQuestion *question, const FleetRead *read) {
        _cleanup_(place_done) Place place = {};
        int r = place_make(question, read->fleet, &place);

        if (r < 0)
                return fail(r);
        r = options->json ? print_json(options, &place, read->fleet)
                          : print_text(options, question, &place, read);
        return r == EXIT_SUCCESS && !has_takers(&place) ? EXIT_UNSAFE : r;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(fleet_read_done) FleetRead read = {};
        _cleanup_(place_question_done) PlaceQuestion question = {};
        _cleanup_(profile_done) Profile from = {};
        _cleanup_(guest_done) Guest guest = {}, arm64 = {};
        const PlaceOptions *own = options->own;
        const FleetVisit visits = { visit, &question };
        Arguments words, fleet;
        int r = split(options, argc, argv, &words, &fleet);

        if (r == EXIT_SUCCESS)
                r = check_inputs(own, &words, &fleet);
        if (r == EXIT_SUCCESS)
                r = guest_source_elsewhere(options, &own->guest, words.argc, words.argv, &guest, &arm64);
        if (r == EXIT_SUCCESS && own->from)
                r = source_file_profile(options, own->from, &from);
        if (r != EXIT_SUCCESS)
                return r;
        r = place_question_make(&guest, &arm64, own->from ? &from : NULL, &question);
        if (r < 0)
                return fail(r);
        r = fleet_read(options, fleet.argc, fleet.argv, &visits, &read);
        if (r != EXIT_SUCCESS)
                return r;
        return fleet_read_status(&read, answer(options, &question, &read));
}

const Verb verb_place = {
        .name = "place",
        .arguments = "GUEST " FLEET_ARGUMENTS,
        .max = -1,
        .takes = TAKES_JSON | TAKES_TIMEOUT,
        .summary = "Show which hosts of a fleet may take a guest",
        .help = "Checks the guest on each host and shows which hosts may take it, and why the\n"
                "others may not; with --from, also to which hosts it may move while it runs and\n"
                "after a stop, and where it can be given a device after the move. With --json,\n"
                "prints a line for each host. The exit status is 3 if no host may take the guest.\n"
                "\n"
                "GUEST is as in 'hawctl check'. A command line follows the fleet and --.\n" FLEET_HELP,
        .example = "hawctl place vm1.xml hosts.jsonl --from=old-host.json",
        .options = own_options,
        .size = sizeof(PlaceOptions),
        .run = run,
};
