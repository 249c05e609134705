/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The bus connection and the service's name. If the bus goes away, hawd reconnects with increasing
 * delays; if another process owns the name, the service exits. */

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "daemon/options.h"
#include "dbus/object-tree.h"

typedef struct Connection {
        sd_event *event;
        const DaemonOptions *options;
        ObjectTree *tree;
        sd_bus *bus; /* NULL: not connected */
        sd_event_source *retry;
        uint64_t wait_usec;
        bool renewing; /* leaving a bus that stopped reading */
} Connection;

/* Connects, adds the objects and takes the name. -errno, with a message. */
int connection_open(Connection *connection, sd_event *event, const DaemonOptions *options, ObjectTree *tree);

/* For a bus that stopped reading from us. */
void connection_renew(Connection *connection);

/* Approximate bytes sent but not read by the bus. */
size_t connection_unread(const Connection *connection);
void connection_close(Connection *connection);
