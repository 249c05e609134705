/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* bus-client ADDRESS CLIENTS SECONDS: so many processes ask the service for all properties and for the document, as fast as it
 * answers. Each line tells what one of them saw that it had not seen right before:
 *   properties GENERATION DIGEST CPU-BITS
 *   document DIGEST CPU-BITS
 *   calls NUMBER
 *   error WHAT */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include "dbus/bus-address.h"
#include "dbus/names.h"

typedef struct Seen {
        uint64_t generation;
        unsigned bits;
        char digest[80];
} Seen;

static double now(void) {
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        return (double) ts.tv_sec + (double) ts.tv_nsec / 1e9;
}

/* One write a line: the processes share the pipe. */
static void tell(const char *kind, const Seen *seen, const Seen *before) {
        char line[160];
        int n;

        if (seen->generation == before->generation && seen->bits == before->bits &&
                        strcmp(seen->digest, before->digest) == 0)
                return;
        if (seen->generation > 0)
                n = snprintf(line, sizeof(line), "%s %" PRIu64 " %s %u\n", kind, seen->generation,
                                seen->digest, seen->bits);
        else
                n = snprintf(line, sizeof(line), "%s %s %u\n", kind, seen->digest, seen->bits);
        if (write(STDOUT_FILENO, line, (size_t) n) != n)
                _exit(1);
}

static int read_variant(sd_bus_message *reply, const char *name, Seen *ret) {
        const char *text;
        int r;

        if (strcmp(name, "Generation") == 0)
                return sd_bus_message_read(reply, "v", "t", &ret->generation);
        if (strcmp(name, "CpuPhysicalBits") == 0)
                return sd_bus_message_read(reply, "v", "u", &ret->bits);
        if (strcmp(name, "Digest") != 0)
                return sd_bus_message_skip(reply, "v");
        r = sd_bus_message_read(reply, "v", "s", &text);
        if (r >= 0)
                snprintf(ret->digest, sizeof(ret->digest), "%s", text);
        return r;
}

static int get_all(sd_bus *bus, Seen *ret, sd_bus_error *error) {
        sd_bus_message *reply = NULL;
        const char *name;
        int r;

        r = sd_bus_call_method(bus, HAWD_BUS_NAME, HAWD_PATH, "org.freedesktop.DBus.Properties", "GetAll",
                        error, &reply, "s", HAWD_HOST);
        if (r >= 0)
                r = sd_bus_message_enter_container(reply, 'a', "{sv}");
        while (r >= 0 && (r = sd_bus_message_enter_container(reply, 'e', "sv")) > 0) {
                r = sd_bus_message_read(reply, "s", &name);
                if (r >= 0)
                        r = read_variant(reply, name, ret);
                if (r >= 0)
                        r = sd_bus_message_exit_container(reply);
        }
        sd_bus_message_unref(reply);
        return r;
}

/* The two members are looked up as text: the document is parsed by the test that calls this. */
static int describe(sd_bus *bus, Seen *ret, sd_bus_error *error) {
        static const char bits[] = "\"cpuPhysicalBits\":{\"value\":", digest[] = "\"digest\":\"";
        sd_bus_message *reply = NULL;
        const char *text, *at;
        int r;

        r = sd_bus_call_method(bus, HAWD_BUS_NAME, HAWD_PATH, HAWD_HOST, "Describe", error, &reply, NULL);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &text);
        if (r >= 0) {
                at = strstr(text, bits);
                if (at)
                        ret->bits = (unsigned) strtoul(at + strlen(bits), NULL, 10);
                at = strstr(text, digest);
                if (at)
                        snprintf(ret->digest, sizeof(ret->digest), "%.64s", at + strlen(digest));
                r = text[0] == '{' && text[strlen(text) - 1] == '}' && at ? 0 : -EBADMSG;
        }
        sd_bus_message_unref(reply);
        return r;
}

static int ask(sd_bus *bus, double end) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        Seen properties = {}, document = {};
        unsigned calls = 0;
        int r = 0;

        while (r >= 0 && now() < end) {
                Seen p = {}, d = {};

                r = get_all(bus, &p, &error);
                if (r >= 0)
                        r = describe(bus, &d, &error);
                if (r < 0)
                        break;
                tell("properties", &p, &properties);
                tell("document", &d, &document);
                properties = p;
                document = d;
                calls += 2;
        }
        if (r < 0)
                dprintf(STDOUT_FILENO, "error %s %s\n", error.name ? error.name : "-", strerror(-r));
        dprintf(STDOUT_FILENO, "calls %u\n", calls);
        sd_bus_error_free(&error);
        return r;
}

static int client(const char *address, double end) {
        sd_bus *bus = NULL;
        int r = bus_open_address(address, &bus);

        if (r >= 0)
                r = ask(bus, end);
        else
                dprintf(STDOUT_FILENO, "error - connecting: %s\n", strerror(-r));
        sd_bus_flush_close_unref(bus);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv) {
        int status, failed = 0;
        double end;

        if (argc != 4) {
                fprintf(stderr, "Usage: bus-client ADDRESS CLIENTS SECONDS\n");
                return 2;
        }
        end = now() + strtod(argv[3], NULL);
        for (unsigned long i = 0; i < strtoul(argv[2], NULL, 10); i++) {
                pid_t pid = fork();

                if (pid == 0)
                        _exit(client(argv[1], end));
                if (pid < 0)
                        return EXIT_FAILURE;
        }
        while (wait(&status) > 0)
                failed |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
        return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
