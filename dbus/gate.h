/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Every call passes the gate first: it identifies the caller's user and checks the user's limits. Users
 * are queried from the bus asynchronously. */

#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "dbus/jobs.h"
#include "dbus/publication.h"
#include "dbus/senders.h"

/* Callbacks of the gate. */
typedef struct GateCalls {
        /* The bus stopped reading answers. */
        void (*stuck)(void *userdata);
        /* Approximate bytes written but not read by the bus. */
        size_t (*unread)(void *userdata);
        void *userdata;
} GateCalls;

typedef struct Gate {
        const Publication *publication;
        Senders senders;
        Jobs jobs;
        sd_bus *bus;             /* NULL: not connected */
        sd_event_source *watch;  /* runs each turn of the loop; timeout if the bus stops reading */
        size_t n_queued, unread; /* answers and bytes unread at the last look */
        uint64_t read_usec;      /* when it had read all, or more than before */
        bool watched;            /* watch is armed */
        Sender *served;          /* sender that sd-bus now answers; NULL: none */
        uint64_t began_cpu_nsec; /* then */
        int64_t answer_bytes;    /* its bytes, estimated */
        GateCalls calls;
} Gate;

/* The publication must outlive it. */
int gate_init(Gate *gate, sd_event *event, const Publication *publication, const GateCalls *calls);
void gate_done(Gate *gate);

/* Call before adding objects to the bus; when it closes. */
int gate_attach(Gate *gate, sd_bus *bus);
void gate_detach(Gate *gate);

/* For methods: queues the call, or returns an error. */
int gate_wait(Gate *gate, sd_bus_message *call, const JobRequest *request, sd_bus_error *error);
