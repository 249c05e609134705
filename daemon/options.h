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
        const char *private_directory; /* the collector's tree; NULL: none */
        const char *runtime_directory; /* for published files; NULL: none */
        const char *state_directory;   /* for former boots; NULL: none */
} DaemonOptions;

/* 0: continue. > 0: done (help, version). < 0: usage error, printed. */
int daemon_options_parse(int argc, char **argv, DaemonOptions *ret);
