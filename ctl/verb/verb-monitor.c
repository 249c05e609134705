/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "ctl/origin/connect.h"
#include "ctl/origin/name-owner.h"
#include "ctl/show/difference-text.h"
#include "ctl/show/safe-text.h"
#include "ctl/verb/verbs.h"
#include "dbus/names.h"
#include "probe/cleanup.h"
#include "profile/change/difference.h"

/* Reads changes in quick succession once. */
#define GATHER_USEC 10000

typedef struct Watch {
        const Options *options;
        sd_bus *bus;
        sd_event *event;
        sd_event_source *look;
        NameOwner owner;
        uint64_t generation; /* printed */
        json_t *document;    /* last seen; NULL: none */
} Watch;

static int complain(const char *what, int r) {
        fprintf(stderr, "hawctl: %s: %s\n", what, strerror(-r));
        return r;
}

/* ── output ────────────────────────────────────────────────────────────────────────────────────────────── */

static void print_now(void) {
        char text[16];
        time_t now = time(NULL);
        struct tm tm;

        localtime_r(&now, &tm);
        strftime(text, sizeof(text), "%H:%M:%S", &tm);
        printf("%s ", text);
}

static void print_difference(const Difference *difference) {
        _cleanup_free_ char *before = difference_text(difference->before, difference->after);
        _cleanup_free_ char *after = difference_text(difference->after, difference->before);
        _cleanup_free_ char *path = safe_short_line(difference->path);

        print_now();
        if (difference->kind == DIFFERENCE_ADDED)
                printf("%s added\n", path ? path : "");
        else if (difference->kind == DIFFERENCE_REMOVED)
                printf("%s removed\n", path ? path : "");
        else
                printf("%s: %s -> %s\n", path ? path : "", before ? before : "", after ? after : "");
}

static void print_json(uint64_t generation, const DifferenceList *list) {
        json_t *array = json_array(), *line;
        bool ok = array != NULL;

        for (size_t i = 0; i < list->n && ok; i++)
                ok = json_array_append_new(array, difference_json(&list->differences[i])) == 0;
        line = json_pack("{s:I, s:I, s:o, s:I}", "time", (json_int_t) time(NULL), "generation",
                        (json_int_t) generation, "differences", array, "dropped",
                        (json_int_t) list->dropped);

        if (ok && line) {
                json_dumpf(line, stdout, JSON_COMPACT);
                putchar('\n');
        } else
                fprintf(stderr, "hawctl: changes of generation %" PRIu64 " cannot be shown: %s\n",
                                generation, strerror(ENOMEM));
        json_decref(line);
}

static void print_list(const Watch *watch, uint64_t generation, const DifferenceList *list) {
        /* The document is read after the signal: it may have had two close changes at once. */
        if (list->n == 0)
                return;
        if (watch->options->json) {
                print_json(generation, list);
                return;
        }
        for (size_t i = 0; i < list->n; i++)
                print_difference(&list->differences[i]);
        if (list->dropped > 0) {
                print_now();
                printf("and %zu more\n", list->dropped);
        }
}

/* Standard output may be a pipe whose reader needs each line at once, or closed it. */
static int flush(Watch *watch) {
        return fflush(stdout) == 0 ? 0 : sd_event_exit(watch->event, EXIT_SUCCESS);
}

/* ── events ────────────────────────────────────────────────────────────────────────────────────────────── */

static int on_look(sd_event_source *source, uint64_t usec, void *userdata) {
        _cleanup_(difference_list_done) DifferenceList list = {};
        _cleanup_free_ char *why = NULL;
        json_t *document = NULL;
        Watch *watch = userdata;
        int r = connect_document(watch->bus, &document, &why);

        if (r < 0) {
                fprintf(stderr, "hawctl: cannot get the profile: %s\n", why ? why : strerror(-r));
                return 0;
        }
        r = watch->document ? profile_difference(watch->document, document, &list) : 0;
        json_decref(watch->document);
        watch->document = document;
        if (r < 0)
                return complain("comparing", r);
        print_list(watch, watch->generation, &list);
        return flush(watch);
}

/* Delayed, so that a service that signals without end is not queried without end. */
static int look_again(Watch *watch, uint64_t generation) {
        int armed, r = sd_event_source_get_enabled(watch->look, &armed);

        watch->generation = generation;
        if (r >= 0 && armed == SD_EVENT_OFF) {
                r = sd_event_source_set_time_relative(watch->look, GATHER_USEC);
                if (r >= 0)
                        r = sd_event_source_set_enabled(watch->look, SD_EVENT_ONESHOT);
        }
        return r < 0 ? complain("the event loop", r) : 0;
}

static int on_changed(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Watch *watch = userdata;
        uint64_t generation;

        if (!name_owner_sent(&watch->owner, message) || sd_bus_message_read(message, "t", &generation) < 0)
                return 0;
        return look_again(watch, generation);
}

static int on_owner(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        Watch *watch = userdata;
        bool there;

        if (name_owner_changed(&watch->owner, message) < 0)
                return 0;
        there = *watch->owner.unique;
        if (!watch->options->json) {
                print_now();
                printf("the service %s\n", there ? "is running" : "has stopped");
        }
        return there ? look_again(watch, 0) : flush(watch);
}

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        const char *sender = sd_bus_message_get_sender(message);
        Watch *watch = userdata;

        /* Sent by the library itself; others have unique names. */
        if (sender && *sender == ':')
                return 0;
        fprintf(stderr, "hawctl: the connection to the bus was closed\n");
        return sd_event_exit(watch->event, -ECONNRESET);
}

static int subscribe(Watch *watch) {
        _cleanup_free_ char *why = NULL;
        int r;

        r = sd_bus_match_signal(watch->bus, NULL, "org.freedesktop.DBus.Local", NULL,
                        "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, watch);
        if (r >= 0)
                r = sd_bus_match_signal(watch->bus, NULL, HAWD_BUS_NAME, HAWD_PATH, HAWD_HOST,
                                "ProfileChanged", on_changed, watch);
        if (r >= 0)
                r = sd_bus_add_match(watch->bus, NULL,
                                "type='signal',sender='org.freedesktop.DBus',path='/org/freedesktop/DBus',"
                                "interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='" HAWD_BUS_NAME
                                "'",
                                on_owner, watch);
        if (r >= 0)
                r = sd_event_add_time(watch->event, &watch->look, CLOCK_MONOTONIC, 0, 1000, on_look, watch);
        if (r >= 0)
                r = sd_event_source_set_enabled(watch->look, SD_EVENT_OFF);
        if (r >= 0)
                r = sd_bus_attach_event(watch->bus, watch->event, 0);
        if (r < 0)
                return complain("the bus", r);
        /* Starts the service if needed. */
        r = connect_document(watch->bus, &watch->document, &why);
        if (r < 0) {
                fprintf(stderr, "hawctl: cannot monitor the service: %s; " CONNECT_NEXT "\n",
                                why ? why : strerror(-r));
                return r;
        }
        r = name_owner_read(watch->bus, &watch->owner);
        return r < 0 ? complain("the bus", r) : 0;
}

static int watch_bus(Watch *watch) {
        sigset_t set;
        int r;

        sigemptyset(&set);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGTERM);
        sigprocmask(SIG_BLOCK, &set, NULL);
        r = sd_event_new(&watch->event);
        if (r >= 0)
                r = sd_event_add_signal(watch->event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(watch->event, NULL, SIGTERM, NULL, NULL);
        if (r < 0)
                complain("the event loop", r);
        else
                r = subscribe(watch);
        if (r >= 0)
                r = sd_event_loop(watch->event);
        sd_bus_detach_event(watch->bus);
        watch->look = sd_event_source_disable_unref(watch->look);
        watch->event = sd_event_unref(watch->event);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int run(const Options *options, int argc, char **argv) {
        Watch watch = { .options = options };
        int r;

        r = connect_open(options, &watch.bus);
        if (r < 0) {
                fprintf(stderr, "hawctl: %s: %s; " CONNECT_NEXT "\n",
                                options->host                          ? options->host
                                                : options->bus_address ? options->bus_address
                                                                       : "system bus",
                                strerror(-r));
                return EXIT_FAILURE;
        }
        r = watch_bus(&watch);
        json_decref(watch.document);
        sd_bus_flush_close_unref(watch.bus);
        return r;
}

const Verb verb_monitor = {
        .name = "monitor",
        .takes = TAKES_HOST | TAKES_BUS | TAKES_JSON,
        .summary = "Print changes as they occur",
        .help = "Prints one line for each change until interrupted; with --json, one line of JSON\n"
                "for each generation.\n",
        .example = "hawctl monitor -j | jq .differences[].path",
        .refusal = "it monitors a running service until it is interrupted",
        .run = run,
};
