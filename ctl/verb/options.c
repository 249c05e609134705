/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/verb/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl/origin/time-limit.h"
#include "probe/decode/text.h"

const char options_help[] =
                "Options:\n"
                "  -h, --help               Show this help\n"
                "      --version            Show the version\n"
                "      --root=DIR|CAPTURE   Read a host tree or a capture instead of this host\n"
                "      --local              Read this host in this process, without the service\n"
                "  -H, --host=[USER@]HOST   Ask the service of another host, over ssh\n"
                "      --bus-address=ADDRESS  Ask the service on the bus at this address\n"
                "      --json=MODE          JSON: pretty, short or off\n"
                "  -j                       JSON: pretty on a terminal, short in a pipe\n"
                "      --timeout=SECONDS    Give up after that time, with exit status 4\n"
                "      --no-pager           Do not pipe long output into a pager\n"
                "      --no-legend          No table headings and totals\n";

enum {
        OPTION_VERSION = 256,
        OPTION_ROOT,
        OPTION_LOCAL,
        OPTION_BUS_ADDRESS,
        OPTION_JSON,
        OPTION_TIMEOUT,
        OPTION_NO_PAGER,
        OPTION_NO_LEGEND,
        OPTION_FORCE,
        OPTION_PID,
        OPTION_LIST_VERBS,
        OPTION_LAYOUT,
        OPTION_FOR,
        OPTION_BAR,
        OPTION_DEVICE,
        OPTION_COUNT,
        OPTION_ASCII,
        OPTION_SVG,
        OPTION_FIRMWARE,
        OPTION_QEMU,
        OPTION_DEFAULTS
};

static const struct option long_options[] = {
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, OPTION_VERSION },
        { "root", required_argument, NULL, OPTION_ROOT },
        { "local", no_argument, NULL, OPTION_LOCAL },
        { "host", required_argument, NULL, 'H' },
        { "bus-address", required_argument, NULL, OPTION_BUS_ADDRESS },
        { "json", required_argument, NULL, OPTION_JSON },
        { "timeout", required_argument, NULL, OPTION_TIMEOUT },
        { "no-pager", no_argument, NULL, OPTION_NO_PAGER },
        { "no-legend", no_argument, NULL, OPTION_NO_LEGEND },
        { "force", no_argument, NULL, OPTION_FORCE },
        { "layout", no_argument, NULL, OPTION_LAYOUT },
        { "for", required_argument, NULL, OPTION_FOR },
        { "bar", required_argument, NULL, OPTION_BAR },
        { "device", required_argument, NULL, OPTION_DEVICE },
        { "count", required_argument, NULL, OPTION_COUNT },
        { "pid", required_argument, NULL, OPTION_PID },
        { "firmware", required_argument, NULL, OPTION_FIRMWARE },
        { "defaults", required_argument, NULL, OPTION_DEFAULTS },
        { "qemu", required_argument, NULL, OPTION_QEMU },
        { "ascii", no_argument, NULL, OPTION_ASCII },
        { "svg", optional_argument, NULL, OPTION_SVG },
        { "list-verbs", no_argument, NULL, OPTION_LIST_VERBS }, /* for the shell's completion */
        {},
};

static int parse_json(const char *mode, Options *options) {
        if (strcmp(mode, "pretty") == 0)
                options->json_layout = JSON_LAYOUT_PRETTY;
        else if (strcmp(mode, "short") == 0)
                options->json_layout = JSON_LAYOUT_SHORT;
        else if (strcmp(mode, "off") != 0) {
                fprintf(stderr, "hawctl: unknown JSON mode '%s': expected pretty, short or off\n", mode);
                return EXIT_USAGE;
        }
        options->json = strcmp(mode, "off") != 0;
        return 0;
}

static int parse_timeout(const char *text, Options *options) {
        uint64_t seconds;

        if (!text_u64((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, 10, &seconds) ||
                        seconds == 0 || seconds > TIME_LIMIT_MAX) {
                fprintf(stderr, "hawctl: --timeout=%s: expected a number of seconds from 1 to %u\n", text,
                                TIME_LIMIT_MAX);
                return EXIT_USAGE;
        }
        options->timeout = (unsigned) seconds;
        return 0;
}

static int add_argument(const char *name, const char **list, unsigned *n, unsigned max) {
        if (*n == max) {
                fprintf(stderr, "hawctl: more than %u of --%s\n", max, name);
                return EXIT_USAGE;
        }
        list[(*n)++] = optarg;
        return 0;
}

/* Options of one verb. */
static int parse_verb_option(int c, Options *options) {
        switch (c) {
        case OPTION_FORCE:
                options->force = true;
                return 0;
        case OPTION_PID:
                options->pid = optarg;
                return 0;
        case OPTION_LAYOUT:
                options->layout = true;
                return 0;
        case OPTION_FOR:
                return add_argument("for", options->targets, &options->n_targets, OPTION_TARGETS_MAX);
        case OPTION_BAR:
                return add_argument("bar", options->bars, &options->n_bars, OPTION_BARS_MAX);
        case OPTION_DEVICE:
                options->device = optarg;
                return 0;
        case OPTION_COUNT:
                options->count = optarg;
                return 0;
        case OPTION_FIRMWARE:
                options->firmware = optarg;
                return 0;
        case OPTION_DEFAULTS:
                options->defaults = optarg;
                return 0;
        case OPTION_QEMU:
                options->qemu = optarg;
                return 0;
        case OPTION_ASCII:
                options->ascii = true;
                return 0;
        case OPTION_SVG:
                options->svg = optarg && *optarg ? optarg : "-";
                return 0;
        default:
                fprintf(stderr, "Try 'hawctl --help'.\n");
                return EXIT_USAGE;
        }
}

static int parse_option(int c, Options *options) {
        switch (c) {
        case 'h':
                options->help = true;
                return 0;
        case 'j':
                return parse_json(isatty(STDOUT_FILENO) ? "pretty" : "short", options);
        case OPTION_VERSION:
                options->version = true;
                return 0;
        case OPTION_ROOT:
                options->root = optarg;
                return 0;
        case OPTION_LOCAL:
                options->local = true;
                return 0;
        case 'H':
                options->host = optarg;
                return 0;
        case OPTION_BUS_ADDRESS:
                options->bus_address = optarg;
                return 0;
        case OPTION_JSON:
                return parse_json(optarg, options);
        case OPTION_TIMEOUT:
                return parse_timeout(optarg, options);
        case OPTION_NO_PAGER:
                options->no_pager = true;
                return 0;
        case OPTION_NO_LEGEND:
                options->no_legend = true;
                return 0;
        case OPTION_LIST_VERBS:
                options->list_verbs = true;
                return 0;
        default:
                return parse_verb_option(c, options);
        }
}

int options_parse(int argc, char **argv, Options *ret) {
        Options options = {};
        int c, r;

        while ((c = getopt_long(argc, argv, "hjH:", long_options, NULL)) >= 0) {
                r = parse_option(c, &options);
                if (r != 0)
                        return r;
        }
        if ((options.root || options.local) && (options.host || options.bus_address)) {
                fprintf(stderr, "hawctl: %s reads a host in this process, %s asks a service: give one of them\n",
                                options.root ? "--root" : "--local",
                                options.host ? "--host" : "--bus-address");
                return EXIT_USAGE;
        }
        options.argc = argc - optind;
        options.argv = argv + optind;
        *ret = options;
        return 0;
}
