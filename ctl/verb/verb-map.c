/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/guest-source.h"
#include "ctl/origin/source-profile.h"
#include "ctl/show/check-text.h"
#include "ctl/show/json-output.h"
#include "ctl/show/map-svg.h"
#include "ctl/show/map-text.h"
#include "ctl/verb/verbs.h"
#include "guest/answer/answer.h"

typedef struct MapOptions {
        GuestOptions guest;
        const char *svg; /* "": standard output; NULL: terminal */
        bool ascii;
} MapOptions;

static const Option own_options[] = {
        GUEST_OPTIONS(MapOptions, guest),
        { "svg", "[=FILE]", option_text, offsetof(MapOptions, svg),
                        "Draw an SVG, on standard output or in FILE" },
        { "ascii", NULL, option_flag, offsetof(MapOptions, ascii), "Use ASCII characters only" },
        {},
};

static int out_of_memory(void) {
        fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
        return EXIT_FAILURE;
}

static int print_text(const Options *options, const Map *map) {
        const MapOptions *own = options->own;
        Screen screen = screen_get();
        _cleanup_pager_ pid_t pager = pager_open(options);
        char about[256];

        (void) pager;
        if (screen.width < MAP_TEXT_WIDTH_MIN)
                screen.width = MAP_TEXT_WIDTH_MIN;
        screen.utf8 &= !own->ascii;
        map_text_print(&screen, map);
        if (!map->check)
                return EXIT_SUCCESS;
        snprintf(about, sizeof(about), "%s on %s", *map->guest->name ? map->guest->name : "the guest",
                        *map->profile->host.hostname ? map->profile->host.hostname : "this host");
        putchar('\n');
        check_text_verdict(&screen, map->check->verdict, about);
        check_text_findings(&screen, map->guest, map->check, false);
        return EXIT_SUCCESS;
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(guest_done) Guest guest = {};
        _cleanup_(check_done) Check check = {};
        _cleanup_(map_done) Map map = {};
        const MapOptions *own = options->own;
        bool with_guest = argc > 0 || own->guest.pid;
        int r;

        r = with_guest ? guest_source(options, &own->guest, argc, argv, &guest, &profile)
                       : source_profile(options, &profile);
        if (r != EXIT_SUCCESS)
                return r;
        if (with_guest && check_guest(&guest, &profile, &check) < 0)
                return out_of_memory();
        if (map_make(&profile, with_guest ? &guest : NULL, with_guest ? &check : NULL, &map) < 0)
                return out_of_memory();
        if (options->json)
                return json_print(options, map_json(&map));
        return own->svg ? map_svg_write(*own->svg ? own->svg : "-", &map) : print_text(options, &map);
}

const Verb verb_map = {
        .name = "map",
        .arguments = "[GUEST]",
        .max = -1,
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT,
        .summary = "Draw the address space: memory, limits, and a guest",
        .help = "High addresses are at the top. The picture is not to scale. With a guest, its\n"
                "layout is drawn beside that of the host, and conflicts are marked.\n",
        .example = "hawctl map guest.json --svg=map.svg",
        .options = own_options,
        .size = sizeof(MapOptions),
        .run = run,
};
