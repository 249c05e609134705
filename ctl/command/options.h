/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The command line, except a verb's own options and arguments. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/cleanup.h"
#include "profile/document/json-stream.h"

/* Besides EXIT_SUCCESS and EXIT_FAILURE; exit_statuses describes each. */
enum { EXIT_USAGE = 2, EXIT_UNSAFE, EXIT_TIMEOUT, _EXIT_STATUS_MAX };

typedef struct Verb Verb;

typedef struct Options {
        const char *root;        /* --root: directory or capture; NULL: this host */
        bool local;              /* --local: without the service */
        const char *host;        /* -H: the service of another host, over ssh */
        const char *bus_address; /* --bus-address: the service on another bus */
        uint32_t timeout;        /* --timeout: seconds; 0: none */
        bool json;               /* --json is not off */
        JsonLayout json_layout;
        bool no_legend, no_pager;
        bool help, version, list_verbs, list_options;
        const Verb *verb; /* NULL: unknown or missing */
        const char *name; /* of the verb; NULL: missing */
        void *own;        /* the verb's own options (its struct) */
        int argc;         /* its arguments */
        char **argv;
        int literal; /* the last so many of them followed "--" */
} Options;
