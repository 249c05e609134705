/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/guest-source.h"
#include "ctl/show/json-output.h"
#include "ctl/show/numbers.h"
#include "ctl/show/table.h"
#include "ctl/verb/verbs.h"
#include "guest/answer/answer.h"
#include "guest/size.h"
#include "probe/decode/text.h"
#include "profile/device-lookup.h"

typedef struct FitOptions {
        GuestOptions guest;
        OptionList bars;
        const char *device;
        uint32_t count;
} FitOptions;

static const Option own_options[] = {
        GUEST_OPTIONS(FitOptions, guest),
        { "bar", "=SIZE", option_list, offsetof(FitOptions, bars),
                        "A 64-bit BAR of the device; up to six times", .max = GUEST_BARS_MAX },
        { "device", "=ADDRESS", option_text, offsetof(FitOptions, device),
                        "Use the BARs of a device of this host" },
        { "count", "=N", option_number, offsetof(FitOptions, count),
                        "Number of devices that are wanted (default 1)", .max = FIT_COUNT_MAX },
        {},
};

static int parse_bars(const OptionList *bars, GuestDevice *device) {
        for (unsigned i = 0; i < bars->n; i++) {
                uint64_t size = 0;

                if (guest_size_from_text(bars->items[i], &size) < 0 || size < 16 || (size & (size - 1))) {
                        fprintf(stderr, "hawctl: --bar=%s: expected a power of two such as 16GiB or 256M\n",
                                        bars->items[i]);
                        return EXIT_USAGE;
                }
                device->bars[device->n_bars++] = (GuestBar){
                        .index = (uint8_t) i, .size = size, .is_64bit = true, .prefetchable = true
                };
        }
        return EXIT_SUCCESS;
}

static int choose_device(const FitOptions *own, const Profile *profile, GuestDevice *ret) {
        const ProfileDevice *host;

        if (!own->device == !own->bars.n) {
                fprintf(stderr, "hawctl: fit requires either --bar=SIZE or --device=ADDRESS\n");
                return EXIT_USAGE;
        }
        ret->assigned = true;
        /* As all management layers do. */
        ret->own_port = true;
        snprintf(ret->name, sizeof(ret->name), "%s", own->device ? own->device : "device");
        if (!own->device)
                return parse_bars(&own->bars, ret);
        host = device_lookup_name(profile, own->device);
        if (!host) {
                fprintf(stderr, "hawctl: PCI device '%s' not found; 'hawctl devices' lists all\n",
                                own->device);
                return EXIT_FAILURE;
        }
        ret->has_address = true;
        ret->address = host->address;
        return EXIT_SUCCESS;
}

enum { COLUMN_BITS, COLUMN_FIT, COLUMN_REACHED };

static const Column columns[] = {
        [COLUMN_BITS] = { "GUEST BITS", .right = true },
        [COLUMN_FIT] = { "FIT", .right = true },
        [COLUMN_REACHED] = { "PEER-TO-PEER", .right = true },
};

static void count_cell(Table *table, unsigned column, uint32_t n) {
        table_cellf(table, column, "%s%" PRIu32, n >= FIT_COUNT_MAX ? ">=" : "", n);
}

static int print_widths(const Screen *screen, const Options *options, const Fit *fit) {
        Table *table = table_new(columns, ELEMENTS(columns), screen, options->no_legend);

        for (size_t i = 0; i < fit->n_widths; i++) {
                table_row(table);
                table_cellf(table, COLUMN_BITS, "%u", fit->widths[i].bits);
                count_cell(table, COLUMN_FIT, fit->widths[i].n);
                count_cell(table, COLUMN_REACHED, fit->widths[i].n_reached);
        }
        return table_finish(table);
}

/* Device names are from the guest's description. */
static void print_words(const Screen *screen, unsigned indent, const char *text) {
        char printable[768];

        text_shown(text, printable, sizeof(printable));
        screen_wrap(screen, indent, printable);
}

static int print_text(const Options *options, const Fit *fit) {
        const Screen screen = screen_get();
        char each[NUMBER_TEXT_MAX], text[768];
        bool all = fit->now.n >= fit->wanted;

        printf("%s%s%" PRIu32 " of %" PRIu32 " fit%s ", screen_bold(&screen), all ? "" : screen_red(&screen),
                        fit->now.n < fit->wanted ? fit->now.n : fit->wanted, fit->wanted,
                        screen_off(&screen));
        if (fit->now.bits)
                snprintf(text, sizeof(text),
                                "beside this guest at %u bits; up to %" PRIu32 " fit, each needs %s",
                                fit->now.bits, fit->now.n,
                                fit->each ? number_bytes(fit->each, each, sizeof(each))
                                          : "no 64-bit window");
        else
                snprintf(text, sizeof(text), "beside this guest, whose address width is unknown");
        screen_wrap(&screen, 10, text);
        for (size_t i = 0; i < fit->n_refused; i++) {
                printf("%srefused%s  ", screen_red(&screen), screen_off(&screen));
                print_words(&screen, 9, fit->refused[i]);
        }
        if (*fit->why) {
                snprintf(text, sizeof(text), fit->stops ? "one more: %s [%s]" : "one more: %s", fit->why,
                                rule_to_string(fit->stops));
                print_words(&screen, 0, text);
        }
        if (fit->memory)
                printf("It can have %" PRIu64 " GiB of memory before a region is left out.\n",
                                fit->memory >> 30);
        if (fit->before == VERDICT_UNSAFE)
                printf("The guest is unsafe without additional devices: see 'hawctl check'.\n");
        if (!all && fit->bits_for_all)
                printf("With %u address bits, all of them fit.\n", fit->bits_for_all);
        else if (!all && fit->memory)
                printf("Its address width is the one of its host's KVM, or of its CPU model.\n");
        else if (!all && fit->n_widths == 0)
                printf("It is unknown whether all of them fit at another address width.\n");
        else if (!all)
                printf("They do not all fit at any address width that this host supports.\n");
        for (size_t i = 0; i < fit->n_missing; i++) {
                printf("%smissing%s  ", screen_yellow(&screen), screen_off(&screen));
                print_words(&screen, 9, fit->missing[i]);
        }
        putchar('\n');
        return print_widths(&screen, options, fit);
}

static int run(const Options *options, int argc, char **argv) {
        _cleanup_(profile_done) Profile profile = {};
        _cleanup_(guest_done) Guest guest = {};
        _cleanup_(fit_done) Fit fit = {};
        GuestDevice device = {};
        const FitOptions *own = options->own;
        int r;

        r = guest_source(options, &own->guest, argc, argv, &guest, &profile);
        if (r != EXIT_SUCCESS)
                return r;
        r = choose_device(own, &profile, &device);
        if (r != EXIT_SUCCESS)
                return r;
        if (fit_devices(&guest, &profile, &device, own->count ? own->count : 1, &fit) < 0) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        return options->json ? json_print(options, fit_json(&fit)) : print_text(options, &fit);
}

const Verb verb_fit = {
        .name = "fit",
        .arguments = "GUEST",
        .max = -1,
        .takes = TAKES_PROFILE | TAKES_JSON | TAKES_TIMEOUT | TAKES_TABLE,
        .summary = "Show how many more devices a guest can have, at each width",
        .help = "Counts how many more devices fit into the firmware's windows at the guest's\n"
                "width, and shows which width is sufficient for all of them.\n",
        .example = "hawctl fit guest.json --bar=128GiB --bar=32MiB --count=4",
        .options = own_options,
        .size = sizeof(FitOptions),
        .run = run,
};
