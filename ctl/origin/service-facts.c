/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/service-facts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ctl/origin/connect.h"
#include "dbus/names.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"

#define SYSTEMD "org.freedesktop.systemd1"
#define SYSTEMD_PATH "/org/freedesktop/systemd1"

/* The bus and systemd answer at once, or not at all; the service may first have to start. */
#define ANSWER_LIMIT ((uint64_t) 5 * 1000 * 1000) /* µs */

static void keep(char *ret, size_t size, const char *text) {
        text_printable((Bytes){ .data = (const uint8_t *) text, .n = strlen(text) }, ret, size);
}

static const char *error_text(const sd_bus_error *error, int r) {
        return error->message ? error->message : strerror(-r);
}

/* ── the service ───────────────────────────────────────────────────────────────────────────────────────── */

static CallOutcome outcome_of(const sd_bus_error *error) {
        static const struct {
                const char *name;
                CallOutcome outcome;
        } table[] = {
                { SD_BUS_ERROR_SERVICE_UNKNOWN, CALL_NO_NAME },
                { SD_BUS_ERROR_NAME_HAS_NO_OWNER, CALL_NO_NAME },
                { SD_BUS_ERROR_ACCESS_DENIED, CALL_REFUSED },
                { SD_BUS_ERROR_NO_REPLY, CALL_NO_ANSWER },
                { SD_BUS_ERROR_TIMEOUT, CALL_NO_ANSWER },
                { SD_BUS_ERROR_LIMITS_EXCEEDED, CALL_LIMITED },
                { HAWD_ERROR_RATE_LIMITED, CALL_LIMITED },
        };
        /* Of the bus that starts it itself, and of the bus that asks systemd to. */
        static const char *const starting[] = { "org.freedesktop.DBus.Error.Spawn.", SYSTEMD "." };

        for (size_t i = 0; i < ELEMENTS(table); i++)
                if (sd_bus_error_has_name(error, table[i].name))
                        return table[i].outcome;
        for (size_t i = 0; i < ELEMENTS(starting); i++)
                if (error->name && strncmp(error->name, starting[i], strlen(starting[i])) == 0)
                        return CALL_NOT_STARTED;
        return CALL_FAILED;
}

static void call(sd_bus *bus, ServiceFacts *ret) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_free_ char *version = NULL;
        int r = sd_bus_get_property_string(
                        bus, HAWD_BUS_NAME, HAWD_PATH, HAWD_HOST, "Version", &error, &version);

        if (r >= 0) {
                ret->outcome = CALL_ANSWERED;
                keep(ret->version, sizeof(ret->version), version);
        } else {
                ret->outcome = sd_bus_error_is_set(&error) ? outcome_of(&error)
                                : r == -ETIMEDOUT          ? CALL_NO_ANSWER
                                                           : CALL_FAILED;
                keep(ret->error, sizeof(ret->error), error_text(&error, r));
        }
        sd_bus_error_free(&error);
}

/* ── systemd ───────────────────────────────────────────────────────────────────────────────────────────── */

static int unit_failed(UnitFact *ret, sd_bus_error *error, int r) {
        ret->reason = sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
                                        sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER)
                        ? REASON_ABSENT
                        : sd_bus_error_has_name(error, SD_BUS_ERROR_ACCESS_DENIED) ? REASON_PERMISSION
                                                                                   : REASON_IO;
        ret->no_answer = r == -ETIMEDOUT || sd_bus_error_has_name(error, SD_BUS_ERROR_NO_REPLY) ||
                        sd_bus_error_has_name(error, SD_BUS_ERROR_TIMEOUT);
        keep(ret->error, sizeof(ret->error), error_text(error, r));
        sd_bus_error_free(error);
        return r;
}

static int read_word(sd_bus *bus, const char *path, const char *interface, const char *name, char *ret,
                size_t size, UnitFact *unit) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        _cleanup_free_ char *word = NULL;
        int r = sd_bus_get_property_string(bus, SYSTEMD, path, interface, name, &error, &word);

        if (r < 0)
                return unit_failed(unit, &error, r);
        keep(ret, size, word);
        return 0;
}

static int read_time(sd_bus *bus, const char *path, const char *property, UnitFact *ret, bool *ret_was) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        uint64_t when = 0;
        int r = sd_bus_get_property_trivial(
                        bus, SYSTEMD, path, SYSTEMD ".Unit", property, &error, 't', &when);

        if (r < 0)
                return unit_failed(ret, &error, r);
        *ret_was = when > 0;
        return 0;
}

/* A unit whose conditions are not met does not leave its inactive state. */
static int read_started(sd_bus *bus, const char *path, UnitFact *ret) {
        int r = read_time(bus, path, "InactiveExitTimestampMonotonic", ret, &ret->has_started);

        if (r < 0 || ret->has_started)
                return r;
        return read_time(bus, path, "ConditionTimestampMonotonic", ret, &ret->not_needed);
}

/* A unit that is not loaded has no state: systemd looks for its file. */
static int load_unit(sd_bus *bus, const char *name, UnitFact *unit, char *ret_path, size_t size) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        const char *path;
        int r = sd_bus_call_method(bus, SYSTEMD, SYSTEMD_PATH, SYSTEMD ".Manager", "LoadUnit", &error,
                        &reply, "s", name);

        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r >= 0 && strlen(path) >= size)
                r = -ENAMETOOLONG;
        if (r < 0)
                r = unit_failed(unit, &error, r);
        else
                snprintf(ret_path, size, "%s", path);
        sd_bus_message_unref(reply);
        return r;
}

static void read_unit(sd_bus *bus, const char *name, UnitFact *ret) {
        const char *dot = strrchr(name, '.');
        bool is_path = dot && strcmp(dot, ".path") == 0;
        char path[256];
        int r = load_unit(bus, name, ret, path, sizeof(path));

        if (r >= 0)
                r = read_word(bus, path, SYSTEMD ".Unit", "LoadState", ret->load, sizeof(ret->load), ret);
        if (r < 0 || strcmp(ret->load, "loaded") != 0)
                return;
        r = read_word(bus, path, SYSTEMD ".Unit", "ActiveState", ret->active, sizeof(ret->active), ret);
        if (r >= 0)
                r = read_word(bus, path, SYSTEMD ".Unit", "UnitFileState", ret->enabled,
                                sizeof(ret->enabled), ret);
        if (r >= 0)
                r = read_word(bus, path, is_path ? SYSTEMD ".Path" : SYSTEMD ".Service", "Result",
                                ret->result, sizeof(ret->result), ret);
        if (r >= 0)
                (void) read_started(bus, path, ret);
}

/* What does not answer for one unit is not asked about the others. */
static void read_units(sd_bus *bus, UnitFact *ret) {
        UnitName unit = 0;

        read_unit(bus, unit_name(unit), &ret[unit]);
        while (++unit < _UNIT_MAX) {
                if (ret[0].no_answer)
                        ret[unit] = ret[0];
                else
                        read_unit(bus, unit_name(unit), &ret[unit]);
        }
}

static uint64_t now(void) {
        struct timespec t;

        clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000000 + (uint64_t) t.tv_nsec / 1000;
}

/* Opening a bus only sends the greeting: without its answer, nobody behind it was asked. */
static int wait_ready(sd_bus *bus) {
        uint64_t end = now() + ANSWER_LIMIT;

        for (;;) {
                int r = sd_bus_is_ready(bus);
                uint64_t time = now();

                if (r != 0)
                        return r < 0 ? r : 0;
                r = sd_bus_process(bus, NULL);
                if (r < 0)
                        return r;
                if (r > 0)
                        continue;
                if (time >= end)
                        return -ETIMEDOUT;
                r = sd_bus_wait(bus, end - time);
                if (r < 0 && r != -EINTR)
                        return r;
        }
}

/* Of a bus that cannot be opened, or was and cannot be used: the reason, and a text. What comes at once may
 * already end the opening. */
static Reason bus_failed(bool open, int r, char *ret, size_t size) {
        if (open || r == -EPIPE || r == -ECONNRESET || r == -EPROTO || r == -ENOBUFS) {
                keep(ret, size,
                                r == -ETIMEDOUT ? "it does not answer"
                                                : "it closes the connection, or does not speak D-Bus");
                return REASON_IO;
        }
        keep(ret, size, strerror(-r));
        /* No socket, or nobody behind it. */
        return r == -ECONNREFUSED ? REASON_ABSENT : reason_from_errno(r);
}

void service_facts_read(const Options *options, ServiceFacts *ret, sd_bus **ret_bus) {
        sd_bus *bus = NULL;
        int r = connect_open(options, &bus);

        if (r >= 0)
                r = wait_ready(bus);
        *ret = (ServiceFacts){ .asked = true };
        keep(ret->bus, sizeof(ret->bus), options->bus_address ? options->bus_address : "system bus");
        *ret_bus = r < 0 ? NULL : bus;
        if (r < 0) {
                ret->bus_reason = bus_failed(bus, r, ret->bus_error, sizeof(ret->bus_error));
                sd_bus_close_unref(bus);
                return;
        }
        call(bus, ret);
        (void) sd_bus_set_method_call_timeout(bus, ANSWER_LIMIT);
        read_units(bus, ret->units);
        (void) sd_bus_set_method_call_timeout(bus, 0);
}
