/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "probe/cleanup.h"
#include "profile/document/json-write.h"

#define EXIT_USAGE 2
#define EXIT_UNSAFE 3
#define EXIT_TIMEOUT 4

#define OPTION_TARGETS_MAX 64
#define OPTION_BARS_MAX 6

/* What the command line says besides the verb; the same for every verb. */
typedef struct Options {
        const char *root;        /* --root: directory or capture; NULL: this host */
        bool local;              /* --local: without the service */
        const char *host;        /* -H: the service of another host, over ssh */
        const char *bus_address; /* --bus-address: the service on another bus */
        const char *pid;         /* --pid: of a running guest */
        const char *firmware;    /* --firmware: what starts the guest */
        const char *defaults;    /* --defaults: an administrator's file */
        const char *qemu;        /* --qemu: the version that runs it */
        unsigned timeout;        /* --timeout: seconds; 0: none */
        bool json;               /* --json other than off */
        JsonLayout json_layout;
        bool no_legend, no_pager, force;
        bool help, version, list_verbs;
        bool layout;        /* check --layout: the ranges as well */
        unsigned n_targets; /* check --for: other hosts */
        const char *targets[OPTION_TARGETS_MAX];
        unsigned n_bars; /* fit --bar: sizes of one device's */
        const char *bars[OPTION_BARS_MAX];
        const char *device, *count; /* fit --device, --count */
        bool ascii;                 /* map --ascii */
        const char *svg; /* map --svg[=FILE]: "-" is standard output; NULL: a terminal's picture */
        int argc;        /* the verb and its arguments */
        char **argv;
} Options;

/* Reads the command line; options may stand anywhere. On a usage error says which argument and what was expected, and
 * returns EXIT_USAGE; else 0. */
int options_parse(int argc, char **argv, Options *ret);

/* The options that every verb takes, for --help. */
extern const char options_help[];
