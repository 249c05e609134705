/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/connection.h"

#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <systemd/sd-daemon.h>

#include "daemon/log.h"
#include "dbus/bus-address.h"
#include "dbus/names.h"

#define WAIT_FIRST_USEC 100000
#define WAIT_MAX_USEC (5 * 1000000)

static void drop(Connection *connection) {
        object_tree_detach(connection->tree);
        connection->bus = sd_bus_close_unref(connection->bus);
}

/* ── connecting ────────────────────────────────────────────────────────────────────────────────────────── */

static int open_bus(const DaemonOptions *options, sd_bus **ret) {
        switch (options->bus) {
        case BUS_ADDRESS:
                return bus_open_address(options->bus_address, ret);
        case BUS_SESSION:
                return sd_bus_open_user(ret);
        default:
                return sd_bus_open_system(ret);
        }
}

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *error);
static int on_name_lost(sd_bus_message *message, void *userdata, sd_bus_error *error);

static int serve(Connection *connection, const char **ret_step) {
        sd_bus *bus = connection->bus;
        int r;

        *ret_step = "put objects on";
        (void) sd_bus_set_exit_on_disconnect(bus, 0);
        r = object_tree_attach(connection->tree, bus);
        if (r >= 0)
                r = sd_bus_match_signal(bus, NULL, "org.freedesktop.DBus.Local", NULL,
                                "org.freedesktop.DBus.Local", "Disconnected", on_disconnected, connection);
        if (r >= 0)
                r = sd_bus_match_signal(bus, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                "org.freedesktop.DBus", "NameLost", on_name_lost, connection);
        if (r < 0)
                return r;
        *ret_step = "take the name " HAWD_BUS_NAME " on";
        r = sd_bus_request_name(bus, HAWD_BUS_NAME, 0);
        if (r < 0)
                return r;
        *ret_step = "listen to";
        return sd_bus_attach_event(bus, connection->event, PRIORITY_CALLS);
}

static int connect_bus(Connection *connection, const char **ret_step) {
        int r;

        *ret_step = "connect to";
        r = open_bus(connection->options, &connection->bus);
        if (r >= 0)
                r = serve(connection, ret_step);
        if (r < 0)
                drop(connection);
        return r;
}

static void say(const char *step, int r) {
        log_error("Cannot %s the bus: %s%s", step, strerror(-r),
                        r == -EEXIST || r == -EALREADY ? " (another hawd has it)"
                                        : r == -EACCES || r == -EPERM
                                        ? " (the bus policy org.hawd.AddressWidth1.conf does not allow it)"
                                        : "");
}

/* ── disconnecting ─────────────────────────────────────────────────────────────────────────────────────── */

static int on_retry(sd_event_source *source, uint64_t usec, void *userdata) {
        Connection *connection = userdata;
        const char *step;
        int r = connect_bus(connection, &step);

        /* A bus that stopped reading may still consider the old connection alive. */
        if ((r == -EEXIST && !connection->renewing) || r == -EACCES || r == -EPERM) {
                say(step, r);
                return sd_event_exit(connection->event, r);
        }
        if (r >= 0) {
                connection->wait_usec = WAIT_FIRST_USEC;
                connection->renewing = false;
                log_info("Connected to the bus again.");
                return 0;
        }
        connection->wait_usec *= 2;
        if (connection->wait_usec > WAIT_MAX_USEC)
                connection->wait_usec = WAIT_MAX_USEC;
        r = sd_event_source_set_time_relative(source, connection->wait_usec);
        return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int connect_later(Connection *connection) {
        int r;

        drop(connection);
        r = sd_event_source_set_time_relative(connection->retry, connection->wait_usec);
        if (r >= 0)
                r = sd_event_source_set_enabled(connection->retry, SD_EVENT_ONESHOT);
        return r < 0 ? sd_event_exit(connection->event, r) : 0;
}

static int on_disconnected(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        log_info("The connection to the bus was closed; waiting for the bus.");
        return connect_later(userdata);
}

void connection_renew(Connection *connection) {
        log_warning("The bus accepts no messages, perhaps because a client does not read its answers: connecting again.");
        connection->renewing = true;
        (void) connect_later(connection);
}

static int on_name_lost(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        const char *name, *sender = sd_bus_message_get_sender(message);
        Connection *connection = userdata;

        /* The match accepts unique names, and cannot know a sender's other names: anybody can send this. */
        if (!sender || strcmp(sender, "org.freedesktop.DBus") != 0)
                return 0;
        if (sd_bus_message_read(message, "s", &name) < 0 || strcmp(name, HAWD_BUS_NAME) != 0)
                return 0;
        log_error("Lost the bus name %s.", name);
        return sd_event_exit(connection->event, -EEXIST);
}

size_t connection_unread(const Connection *connection) {
        int bytes = 0;

        if (connection->bus)
                (void) ioctl(sd_bus_get_fd(connection->bus), SIOCOUTQ, &bytes);
        return bytes > 0 ? (size_t) bytes : 0;
}

/* ── start and end ─────────────────────────────────────────────────────────────────────────────────────── */

int connection_open(
                Connection *connection, sd_event *event, const DaemonOptions *options, ObjectTree *tree) {
        const char *step = "wait for";
        int r;

        *connection = (Connection){
                .event = event, .options = options, .tree = tree, .wait_usec = WAIT_FIRST_USEC
        };
        r = sd_event_add_time(event, &connection->retry, CLOCK_MONOTONIC, 0, 10000, on_retry, connection);
        if (r >= 0)
                r = sd_event_source_set_enabled(connection->retry, SD_EVENT_OFF);
        if (r >= 0)
                r = connect_bus(connection, &step);
        if (r < 0)
                say(step, r);
        return r;
}

void connection_close(Connection *connection) {
        connection->retry = sd_event_source_disable_unref(connection->retry);
        object_tree_detach(connection->tree);
        if (connection->bus)
                connection->bus = sd_bus_flush_close_unref(connection->bus);
}
