/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The collector's requests (daemon/requests.h) as the service sees them: whether some are open, and which were done. Without
 * a collector none ever is. */

#include <stdbool.h>
#include <systemd/sd-event.h>

typedef struct Awaited {
        sd_event *event;
        const char *tree;        /* path of the collector's tree; NULL: none */
        sd_event_source *source; /* NULL: there are no requests yet */
        int fd;                  /* while there is a source: their directory */
        /* A request's name, or NULL: some were done and it is not known which. */
        void (*done)(void *userdata, const char *name);
        void *userdata;
} Awaited;

void awaited_begin(Awaited *awaited, sd_event *event, const char *tree,
                void (*done)(void *userdata, const char *name), void *userdata);
void awaited_end(Awaited *awaited);

bool awaited_any(Awaited *awaited);
