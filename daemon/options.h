/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

typedef enum BusChoice {
        BUS_SYSTEM,
        BUS_SESSION,
        BUS_ADDRESS,
} BusChoice;

typedef struct DaemonOptions {
        BusChoice bus;
        const char *bus_address;
        const char *root;              /* "/" or a host tree */
        const char *private_directory; /* what the collector left; NULL: nothing */
        const char *runtime_directory; /* where the files are published; NULL: nowhere */
        const char *state_directory;   /* where former boots are kept; NULL: nowhere */
} DaemonOptions;

/* 0: go on. Above 0: done (help, version). Below 0: wrong usage, and said so. */
int daemon_options_parse(int argc, char **argv, DaemonOptions *ret);
