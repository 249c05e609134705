/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* honest ADDRESS SECONDS: a client that asks the bus for its id, then the service for one property, waits for each reply, rests
 * 2 ms, and so on; at least once. When standard input ends it stops, too. Prints "calls N p50 MS p99 MS max MS failed N" of the
 * service and "bus p50 MS p99 MS max MS" of the bus, whose own part of a round trip that is. A call without a reply after a
 * minute has failed and counts as one that took as long. */

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include "dbus/bus-address.h"
#include "dbus/names.h"

#define TIMEOUT_USEC (60 * UINT64_C(1000000))
#define CALLS_MAX 65536

static double now(void) {
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (double) ts.tv_sec * 1e3 + (double) ts.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b) {
        const double *x = a, *y = b;

        return (*x > *y) - (*x < *y);
}

static int get(sd_bus *bus) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        unsigned bits;
        int r = sd_bus_get_property_trivial(
                        bus, HAWD_BUS_NAME, HAWD_PATH, HAWD_HOST, "IovaBits", &error, 'u', &bits);

        if (r < 0)
                fprintf(stderr, "honest: %s\n", error.message ? error.message : strerror(-r));
        sd_bus_error_free(&error);
        return r;
}

static bool told_to_stop(void) {
        struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

        return poll(&input, 1, 2) != 0;
}

static int bus_id(sd_bus *bus) {
        return sd_bus_call_method(bus, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                        "org.freedesktop.DBus", "GetId", NULL, NULL, NULL);
}

static void print_times(const char *what, double *times, unsigned n) {
        qsort(times, n, sizeof(times[0]), compare);
        printf("%s p50 %.2f p99 %.2f max %.2f", what, times[n / 2], times[(n - 1) * 99 / 100], times[n - 1]);
}

static void ask(sd_bus *bus, double end) {
        static double times[CALLS_MAX], bus_times[CALLS_MAX];
        unsigned n = 0, failed = 0;
        char calls[32];
        int r;

        do {
                double begin = now(), between;

                failed += bus_id(bus) < 0;
                between = now();
                r = get(bus);
                failed += r < 0;
                bus_times[n] = between - begin;
                times[n++] = now() - between;
        } while (r != -ENOTCONN && n < CALLS_MAX && now() < end && !told_to_stop());
        snprintf(calls, sizeof(calls), "calls %u", n);
        print_times(calls, times, n);
        printf(" failed %u ", failed);
        print_times("bus", bus_times, n);
        putchar('\n');
}

int main(int argc, char **argv) {
        sd_bus *bus = NULL;
        int r;

        if (argc != 3) {
                fprintf(stderr, "Usage: honest ADDRESS SECONDS\n");
                return 2;
        }
        r = bus_open_address(argv[1], &bus);
        if (r >= 0)
                r = sd_bus_set_method_call_timeout(bus, TIMEOUT_USEC);
        if (r < 0) {
                fprintf(stderr, "honest: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        ask(bus, now() + strtod(argv[2], NULL) * 1e3);
        sd_bus_flush_close_unref(bus);
        return EXIT_SUCCESS;
}
