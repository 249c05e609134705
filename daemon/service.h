/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The service: what it reads, keeps and publishes. */

#include <systemd/sd-event.h>

#include "daemon/connection.h"
#include "daemon/document.h"
#include "daemon/files.h"
#include "daemon/loans.h"
#include "daemon/monitor.h"
#include "daemon/options.h"
#include "daemon/past.h"
#include "daemon/refusals.h"
#include "daemon/snapshot.h"

typedef struct Service {
        sd_event *event;
        const DaemonOptions *options;
        Snapshot snapshot;
        ObjectTree tree;
        Document document;
        Loans loans;
        Connection connection;
        Monitor monitor;
        Files files;
        Past past;
        Refusals refusals;
        sd_event_source *later, *slow;
} Service;

/* Reads the host, takes the name, publishes. -errno, with a message. The struct must not move. */
int service_start(Service *service, sd_event *event, const DaemonOptions *options);
void service_stop(Service *service);

/* Reads everything again and publishes changes. -errno, with a message. */
int service_reload(Service *service);
