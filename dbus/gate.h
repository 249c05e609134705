/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every call passes before anything is done about it: whose is it, and may its user take more of the service? Users are
 * asked of the bus without waiting for the answer. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "dbus/jobs.h"
#include "dbus/publication.h"
#include "dbus/senders.h"

/* What the gate asks of the service. */
typedef struct GateCalls {
        /* The bus has taken no answer for a while. */
        void (*stuck)(void *userdata);
        /* Bytes that it has not read of what was written to it, about. */
        size_t (*unread)(void *userdata);
        void *userdata;
} GateCalls;

typedef struct Gate {
        const Publication *publication;
        Senders senders;
        Jobs jobs;
        sd_bus *bus;             /* NULL: not there now */
        sd_event_source *watch;  /* looks at each turn of the loop; rings when the bus takes nothing */
        size_t n_queued, unread; /* answers and bytes that the bus had not read at the last look */
        uint64_t read_usec;      /* when it had read all, or more than at the look before */
        bool watched;            /* the watch is set */
        Sender *served;          /* whose call sd-bus answers at the moment; NULL: nobody's */
        uint64_t began_cpu_nsec; /* then */
        int64_t answer_bytes;    /* of that answer, about */
        GateCalls calls;
} Gate;

/* The publication outlives the gate. */
int gate_init(Gate *gate, sd_event *event, const Publication *publication, const GateCalls *calls);
void gate_done(Gate *gate);

/* Before the objects are put on the bus; and when it goes. */
int gate_attach(Gate *gate, sd_bus *bus);
void gate_detach(Gate *gate);

/* For a method: has the call answered in its turn, or refuses it. */
int gate_wait(Gate *gate, sd_bus_message *call, const JobRequest *request, sd_bus_error *error);
