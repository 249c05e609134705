/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bench-bus ADDRESS: what the service's answers cost against a Ping of its own, in turns within one run. Prints the median
 * round trip of each in microseconds. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>

#include "dbus/names.h"
#include "probe/cleanup.h"

#define ROUNDS 2000

static double now_usec(void) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

static int call(sd_bus *bus, const char *interface, const char *method, const char *types, const char *a,
                const char *b) {
        sd_bus_message *reply = NULL;
        int r = sd_bus_call_method(
                        bus, HAWD_BUS_NAME, HAWD_PATH, interface, method, NULL, &reply, types, a, b);

        sd_bus_message_unref(reply);
        return r;
}

static int ping(sd_bus *bus) {
        return call(bus, "org.freedesktop.DBus.Peer", "Ping", "", NULL, NULL);
}

static int get(sd_bus *bus) {
        return call(bus, "org.freedesktop.DBus.Properties", "Get", "ss", HAWD_HOST, "IovaBits");
}

static int get_all(sd_bus *bus) {
        return call(bus, "org.freedesktop.DBus.Properties", "GetAll", "s", HAWD_HOST, NULL);
}

static int describe(sd_bus *bus) {
        return call(bus, HAWD_HOST, "Describe", "", NULL, NULL);
}

static int compare(const void *a, const void *b) {
        const double *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv) {
        static const struct {
                const char *name;
                int (*call)(sd_bus *bus);
        } calls[] = { { "Ping", ping }, { "Get", get }, { "GetAll", get_all }, { "Describe", describe } };
        static double times[ELEMENTS(calls)][ROUNDS];
        sd_bus *bus = NULL;
        int r = sd_bus_new(&bus);

        if (r >= 0)
                r = sd_bus_set_address(bus, argc > 1 ? argv[1] : "");
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, 1);
        if (r >= 0)
                r = sd_bus_start(bus);
        for (size_t round = 0; round < ROUNDS && r >= 0; round++)
                for (size_t i = 0; i < ELEMENTS(calls) && r >= 0; i++) {
                        double begin = now_usec();

                        r = calls[i].call(bus);
                        times[i][round] = now_usec() - begin;
                }
        sd_bus_flush_close_unref(bus);
        if (r < 0) {
                fprintf(stderr, "bench-bus: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        for (size_t i = 0; i < ELEMENTS(calls); i++) {
                qsort(times[i], ROUNDS, sizeof(double), compare);
                printf("%s %.1f\n", calls[i].name, times[i][ROUNDS / 2]);
        }
        return EXIT_SUCCESS;
}
