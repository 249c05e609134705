/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The bus and our name on it. When the bus goes away it is looked for again, more and more slowly, until it is back; when
 * somebody else has the name, the service ends. */

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
        sd_bus *bus; /* NULL: not there now */
        sd_event_source *retry;
        uint64_t wait_usec;
        bool renewing; /* we left a bus that took nothing more */
} Connection;

/* Connects, puts the objects there and takes the name. -errno, with a message. */
int connection_open(Connection *connection, sd_event *event, const DaemonOptions *options, ObjectTree *tree);

/* For a bus that takes nothing more from this connection. */
void connection_renew(Connection *connection);

/* Bytes that the bus has not read of what was sent, about. */
size_t connection_unread(const Connection *connection);
void connection_close(Connection *connection);
