/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The service's view of the collector's requests (daemon/requests.h): whether any are open, and which are
 * done. None without a collector. */

#include <stdbool.h>
#include <systemd/sd-event.h>

typedef struct Awaited {
        sd_event *event;
        const char *tree;        /* the collector's tree; NULL: none */
        sd_event_source *source; /* NULL: requests/ does not exist */
        int fd;                  /* their directory; valid with source */
        /* Called with a request's name, or NULL if unknown which were done. */
        void (*done)(void *userdata, const char *name);
        void *userdata;
} Awaited;

void awaited_begin(Awaited *awaited, sd_event *event, const char *tree,
                void (*done)(void *userdata, const char *name), void *userdata);
void awaited_end(Awaited *awaited);

bool awaited_any(Awaited *awaited);
