/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>

enum {
        OPTION_VERSION = 256,
        OPTION_SESSION,
        OPTION_BUS_ADDRESS,
        OPTION_ROOT,
        OPTION_PRIVATE,
        OPTION_RUNTIME,
        OPTION_STATE,
};

static const struct option long_options[] = {
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, OPTION_VERSION },
        { "session", no_argument, NULL, OPTION_SESSION },
        { "bus-address", required_argument, NULL, OPTION_BUS_ADDRESS },
        { "root", required_argument, NULL, OPTION_ROOT },
        { "private-directory", required_argument, NULL, OPTION_PRIVATE },
        { "runtime-directory", required_argument, NULL, OPTION_RUNTIME },
        { "state-directory", required_argument, NULL, OPTION_STATE },
        {},
};

static void show_help(void) {
        printf("Usage: hawd [OPTION...]\n\n"
               "Publish this host's address widths on D-Bus as org.hawd.AddressWidth1.\n\n"
               "Options:\n"
               "  -h, --help                    Show this help\n"
               "      --version                 Show the version\n"
               "      --session                 Serve on the session bus, not the system bus\n"
               "      --bus-address=ADDRESS     Serve on the bus at this D-Bus address\n"
               "      --root=DIR                Read a host tree instead of this host\n"
               "      --private-directory=DIR   What hawd-collect left for a reader without\n"
               "                                privilege\n"
               "      --runtime-directory=DIR   Publish the profile as files there\n"
               "      --state-directory=DIR     Store the profiles of previous boots there\n"
               "\nSee man hawd(8).\n");
}

static int parse_option(int c, const char *argument, DaemonOptions *options) {
        switch (c) {
        case 'h':
                show_help();
                return 1;
        case OPTION_VERSION:
                printf("hawd %s\n", HAWD_VERSION);
                return 1;
        case OPTION_SESSION:
                options->bus = BUS_SESSION;
                return 0;
        case OPTION_BUS_ADDRESS:
                options->bus = BUS_ADDRESS;
                options->bus_address = argument;
                return 0;
        case OPTION_ROOT:
                options->root = argument;
                return 0;
        case OPTION_PRIVATE:
                options->private_directory = argument;
                return 0;
        case OPTION_RUNTIME:
                options->runtime_directory = argument;
                return 0;
        case OPTION_STATE:
                options->state_directory = argument;
                return 0;
        default:
                fprintf(stderr, "Try 'hawd --help'.\n");
                return -EINVAL;
        }
}

int daemon_options_parse(int argc, char **argv, DaemonOptions *ret) {
        DaemonOptions options = { .root = "/" };
        int c, r;

        while ((c = getopt_long(argc, argv, "h", long_options, NULL)) >= 0) {
                r = parse_option(c, optarg, &options);
                if (r != 0)
                        return r;
        }
        if (optind < argc) {
                fprintf(stderr, "hawd: unexpected argument '%s': hawd takes options only\nTry 'hawd --help'.\n",
                                argv[optind]);
                return -EINVAL;
        }
        *ret = options;
        return 0;
}
