/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Kernel events, as udev passes them on, turned into what has to be read again. A burst is one change: it is reported when
 * it has been quiet for a moment, or has lasted long enough. While the collector has open requests, which udev's rule made
 * before it passed the event on, a change waits for them, up to a limit: what is read then is whole. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "daemon/awaited.h"
#include "probe/source/regather.h"

struct udev_monitor;

typedef struct Monitor {
        struct udev_monitor *udev;
        sd_event_source *io, *quiet;
        uint64_t burst_began; /* CLOCK_MONOTONIC; 0: none under way */
        Changes pending;
        Awaited awaited;
        uint64_t last_done; /* CLOCK_MONOTONIC: when the collector last finished a request */
        bool told_late;     /* that it does not */
        void (*changed)(void *userdata, const Changes *changes);
        void *userdata;
} Monitor;

/* `tree` is the collector's, NULL if there is none. -errno; without udev there are no events, which is no reason to give up. */
int monitor_start(Monitor *monitor, sd_event *event, const char *tree,
                void (*changed)(void *userdata, const Changes *changes), void *userdata);
void monitor_done(Monitor *monitor);

/* What one event wants read again; adds to `changes`. Text as udev gives it, `name` is the kernel's. */
void monitor_event(const char *subsystem, const char *action, const char *name, Changes *changes);
