/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Converts kernel events from udev to what must be read again. A burst is one change, reported after a
 * short silence or a maximum time. While the collector has open requests, which udev's rule makes before
 * the event arrives, changes wait for them, up to a limit, so that the reading is complete. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "daemon/awaited.h"
#include "probe/source/regather.h"

struct udev_monitor;

typedef struct Monitor {
        struct udev_monitor *udev;
        sd_event_source *io, *quiet;
        uint64_t burst_began; /* CLOCK_MONOTONIC; 0: no burst */
        Changes pending;
        Awaited awaited;
        uint64_t last_done; /* CLOCK_MONOTONIC: last request that the collector finished */
        bool told_late;     /* logged already */
        void (*changed)(void *userdata, const Changes *changes);
        void *userdata;
} Monitor;

/* `tree` is the collector's, NULL: none. -errno; without udev there are no events, which is not fatal. */
int monitor_start(Monitor *monitor, sd_event *event, const char *tree,
                void (*changed)(void *userdata, const Changes *changes), void *userdata);
void monitor_done(Monitor *monitor);
