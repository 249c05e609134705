/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/gate.h"

#include <string.h>
#include <unistd.h>

#include "dbus/clock.h"
#include "dbus/names.h"
#include "dbus/refusal.h"

#define BUS_NAME "org.freedesktop.DBus"
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define INTROSPECTABLE "org.freedesktop.DBus.Introspectable"

/* Answers not read by the bus: above this, calls get no error either. */
#define QUEUED_MAX 512
/* A bus daemon stops reading if a client leaves too much unread. */
#define STUCK_USEC (15 * UINT64_C(1000000))
/* Small calls of an unidentified connection: as many as dbus-daemon allows without an answer. */
#define EARLY_MAX 128
/* Our objects and names are shorter, and so are the specification's names. */
#define PATH_BYTES_MAX 1024
#define NAME_BYTES_MAX 255

/* ── identity ──────────────────────────────────────────────────────────────────────────────────────────── */

static void forget(Gate *gate, Sender *sender) {
        if (gate->served == sender)
                gate->served = NULL;
        jobs_forget(&gate->jobs, sender);
        sd_bus_slot_unref(sender->question);
        senders_remove(&gate->senders, sender);
}

static int on_user(sd_bus_message *answer, void *userdata, sd_bus_error *error) {
        Sender *sender = userdata;
        Gate *gate = sender->owner;
        uint64_t now = clock_usec();
        uint32_t uid;

        pipe_learn(&gate->jobs.pipe, 0, now - sender->asked_usec, now);
        /* It has left, or the bus does not know: nobody waits for the answers. */
        if (sd_bus_message_is_method_error(answer, NULL) || sd_bus_message_read(answer, "u", &uid) < 0)
                forget(gate, sender);
        else
                senders_identify(&gate->senders, sender, uid, now);
        return 0;
}

static Sender *meet(Gate *gate, const char *name) {
        Sender *evicted, *sender = senders_add(&gate->senders, name, &evicted);
        sd_bus_slot *slot = NULL;

        if (evicted) {
                forget(gate, evicted);
                sender = senders_add(&gate->senders, name, &evicted);
        }
        if (!sender)
                return NULL;
        sender->owner = gate;
        sender->asked_usec = clock_usec();
        if (sd_bus_call_method_async(gate->bus, &slot, BUS_NAME, "/org/freedesktop/DBus", BUS_NAME,
                            "GetConnectionUnixUser", on_user, sender, "s", name) < 0) {
                forget(gate, sender);
                return NULL;
        }
        sender->question = slot;
        return sender;
}

static int on_owner_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        const char *name, *before, *after, *from = sd_bus_message_get_sender(message);
        Gate *gate = userdata;
        Sender *sender;

        /* Anybody can send this: only the bus has that name. */
        if (!from || strcmp(from, BUS_NAME) != 0 ||
                        sd_bus_message_read(message, "sss", &name, &before, &after) < 0 || *after)
                return 0;
        sender = senders_find(&gate->senders, name);
        if (sender)
                forget(gate, sender);
        return 0;
}

/* ── cost ──────────────────────────────────────────────────────────────────────────────────────────────── */

/* Estimated bytes of an answer that sd-bus makes. */
static int64_t answer_bytes(const Gate *gate, sd_bus_message *call) {
        const Profile *profile = &gate->publication->profile;

        if (sd_bus_message_is_method_call(call, INTROSPECTABLE, NULL))
                return 16384 + 64 * (int64_t) (profile->n_groups + profile->n_iommus);
        if (sd_bus_message_is_method_call(call, PROPERTIES, "GetAll"))
                return 16384;
        return sd_bus_message_is_method_call(call, PROPERTIES, NULL) ? 2048 : ANSWER_BYTES;
}

/* sd-bus has finished the last call. */
static void settle(Gate *gate) {
        if (gate->served)
                senders_charge(&gate->senders, gate->served,
                                (int64_t) (clock_cpu_nsec() - gate->began_cpu_nsec), gate->answer_bytes);
        gate->served = NULL;
}

/* ── calls that sd-bus does not answer ─────────────────────────────────────────────────────────────────── */

/* sd-bus quotes unknown names in its errors: for a path and names in a call of Properties their length is
 * the caller's choice. */
static bool quotes_much(sd_bus_message *call) {
        const char *interface, *property, *path = sd_bus_message_get_path(call);
        bool much = path && strlen(path) > PATH_BYTES_MAX;

        if (much || !sd_bus_message_is_method_call(call, PROPERTIES, NULL))
                return much;
        if (sd_bus_message_read_basic(call, 's', &interface) > 0)
                much = strlen(interface) > NAME_BYTES_MAX;
        if (!much && sd_bus_message_has_signature(call, "s") <= 0 &&
                        sd_bus_message_read_basic(call, 's', &property) > 0)
                much = strlen(property) > NAME_BYTES_MAX;
        return sd_bus_message_rewind(call, 1) < 0 || much;
}

/* ── all messages ──────────────────────────────────────────────────────────────────────────────────────── */

static bool is_for_nobody(sd_bus_message *call) {
        return sd_bus_message_get_expect_reply(call) <= 0 &&
                        !sd_bus_message_is_method_call(call, HAWD_HOST, "Refresh");
}

/* New strangers, maybe root, do not pay for connections that come and go: the first call is answered. A
 * client that waits for the answer is identified before its second. */
static bool may_call(Gate *gate, Sender *sender, sd_bus_message *call) {
        if (!sender_known(&gate->senders, sender)) {
                if (++sender->n_early > EARLY_MAX)
                        return false;
                if (sender->n_early == 1 && !sd_bus_message_is_method_call(call, INTROSPECTABLE, NULL))
                        return true;
        }
        return senders_may(&gate->senders, sender->user, clock_usec());
}

/* 0: sd-bus continues. 1: done. */
static int on_message(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        const char *name = sd_bus_message_get_sender(message);
        Gate *gate = userdata;
        Sender *sender;

        settle(gate);
        if (sd_bus_message_is_method_call(message, NULL, NULL) <= 0 || !name)
                return 0;
        if (is_for_nobody(message) || gate->n_queued > QUEUED_MAX)
                return 1;
        sender = senders_find(&gate->senders, name);
        if (!sender)
                sender = meet(gate, name);
        if (!sender)
                return 1;
        if (!may_call(gate, sender, message)) {
                refuse_call(message, sender->user);
                return 1;
        }
        gate->served = sender;
        gate->answer_bytes = answer_bytes(gate, message);
        gate->began_cpu_nsec = clock_cpu_nsec();
        if (quotes_much(message)) {
                (void) sd_bus_reply_method_errorf(message, SD_BUS_ERROR_INVALID_ARGS,
                                "A path of more than %d bytes, or a name of more than %d.", PATH_BYTES_MAX,
                                NAME_BYTES_MAX);
                return 1;
        }
        return 0;
}

int gate_wait(Gate *gate, sd_bus_message *call, const JobRequest *request, sd_bus_error *error) {
        const char *name = sd_bus_message_get_sender(call);
        Sender *sender = name ? senders_find(&gate->senders, name) : NULL;

        if (!sender)
                return sd_bus_error_setf(
                                error, SD_BUS_ERROR_ACCESS_DENIED, "The bus does not report the caller.");
        if (!jobs_add(&gate->jobs, sender, call, request))
                refuse_call(call, sender->user);
        return 1;
}

/* ── the bus ───────────────────────────────────────────────────────────────────────────────────────────── */

static bool any_unread(const Gate *gate) {
        return gate->n_queued > 0 || gate->unread > 0;
}

static void look(Gate *gate) {
        uint64_t n = 0;
        size_t unread = 0;

        if (gate->bus) {
                (void) sd_bus_get_n_queued_write(gate->bus, &n);
                unread = gate->calls.unread(gate->calls.userdata);
        }
        if ((n == 0 && unread == 0) || n < gate->n_queued || unread < gate->unread || !any_unread(gate))
                gate->read_usec = clock_usec();
        gate->n_queued = n;
        gate->unread = unread;
}

static int on_prepare(sd_event_source *source, void *userdata) {
        Gate *gate = userdata;

        settle(gate);
        look(gate);
        if (any_unread(gate) && !gate->watched) {
                (void) sd_event_source_set_time_relative(source, STUCK_USEC);
                gate->watched = true;
        }
        if (jobs_any(&gate->jobs))
                jobs_prepare(&gate->jobs, gate->bus && !any_unread(gate));
        return 0;
}

static int on_stuck(sd_event_source *source, uint64_t usec, void *userdata) {
        Gate *gate = userdata;
        uint64_t until;

        look(gate);
        until = any_unread(gate) ? gate->read_usec + STUCK_USEC : UINT64_MAX;
        if (until <= clock_usec()) {
                gate->calls.stuck(gate->calls.userdata);
                until = UINT64_MAX;
        }
        gate->watched = until < UINT64_MAX;
        (void) sd_event_source_set_time(source, until);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

int gate_attach(Gate *gate, sd_bus *bus) {
        int r = sd_bus_add_filter(bus, NULL, on_message, gate);

        if (r >= 0)
                r = sd_bus_add_match(bus, NULL,
                                "type='signal',sender='" BUS_NAME
                                "',path='/org/freedesktop/DBus',interface='" BUS_NAME
                                "',member='NameOwnerChanged',arg2=''",
                                on_owner_changed, gate);
        if (r >= 0)
                gate->bus = bus;
        return r < 0 ? r : 0;
}

void gate_detach(Gate *gate) {
        Sender *sender;

        jobs_forget_all(&gate->jobs);
        while ((sender = TAILQ_FIRST(&gate->senders.list)))
                forget(gate, sender);
        gate->served = NULL;
        gate->bus = NULL;
        gate->n_queued = gate->unread = 0;
}

/* ── start and end ─────────────────────────────────────────────────────────────────────────────────────── */

int gate_init(Gate *gate, sd_event *event, const Publication *publication, const GateCalls *calls) {
        int r;

        *gate = (Gate){ .publication = publication, .calls = *calls };
        senders_init(&gate->senders, getuid());
        r = jobs_init(&gate->jobs, &gate->senders, event);
        if (r >= 0)
                r = sd_event_add_time(event, &gate->watch, CLOCK_MONOTONIC, UINT64_MAX, 0, on_stuck, gate);
        return r < 0 ? r : sd_event_source_set_prepare(gate->watch, on_prepare);
}

void gate_done(Gate *gate) {
        gate_detach(gate);
        jobs_done(&gate->jobs);
        gate->watch = sd_event_source_disable_unref(gate->watch);
}
