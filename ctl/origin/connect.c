/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/origin/connect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/document-fd.h"
#include "ctl/show/safe-text.h"
#include "dbus/bus-address.h"
#include "dbus/names.h"
#include "probe/cleanup.h"
#include "profile/document/json-parse.h"

/* Whether the command line names a service that this process cannot replace. */
static bool is_elsewhere(const Options *options) {
        return options->host || options->bus_address;
}

int connect_open(const Options *options, sd_bus **ret) {
        if (options->bus_address)
                return bus_open_address(options->bus_address, ret);
        if (options->host)
                return sd_bus_open_system_remote(ret, options->host);
        return sd_bus_open_system(ret);
}

/* Explains an error of the bus to users. Its text is the service's. */
static char *explain(const sd_bus_error *error, int r) {
        if (sd_bus_error_has_name(error, SD_BUS_ERROR_SERVICE_UNKNOWN) ||
                        sd_bus_error_has_name(error, SD_BUS_ERROR_NAME_HAS_NO_OWNER))
                return strdup("hawd is not installed or not running there");
        if (r == -ENXIO || r == -EBADMSG)
                return strdup("the service sent a reply of another type than expected");
        return safe_short_line(error->message ? error->message : strerror(-r));
}

static int parse(const char *text, size_t n, json_t **ret, char **ret_why) {
        JsonError wrong = {};
        int r = profile_json_parse(text, n, ret, &wrong);

        if (r < 0)
                *ret_why = strdup(r == -ENOMEM ? strerror(ENOMEM) : wrong.text);
        return r;
}

static int parse_file(int fd, json_t **ret, char **ret_why) {
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = document_fd_read(fd, PROFILE_JSON_MAX, &text, &n);

        if (r >= 0)
                return parse(text, n, ret, ret_why);
        *ret_why = strdup("the file that the service sent is not sealed memory, or is larger than 64 MiB");
        return r;
}

/* Reads the document as a file, which is cheap. 1: use the other method. */
static int read_file(sd_bus *bus, json_t **ret, char **ret_why) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        int fd, r;

        /* ssh cannot pass files. */
        if (sd_bus_can_send(bus, SD_BUS_TYPE_UNIX_FD) <= 0)
                return 1;
        r = sd_bus_call_method(bus, HAWD_BUS_NAME, HAWD_PATH, HAWD_HOST, "DescribeFd", &error, &reply, NULL);
        if (r < 0 &&
                        (sd_bus_error_has_name(&error, SD_BUS_ERROR_UNKNOWN_METHOD) ||
                                        sd_bus_error_has_name(&error, SD_BUS_ERROR_LIMITS_EXCEEDED)))
                r = 1;
        else if (r < 0)
                *ret_why = explain(&error, r);
        else {
                r = sd_bus_message_read(reply, "h", &fd);
                if (r < 0)
                        *ret_why = explain(&error, r);
                else
                        r = parse_file(fd, ret, ret_why);
        }
        sd_bus_message_unref(reply);
        sd_bus_error_free(&error);
        return r;
}

int connect_document(sd_bus *bus, json_t **ret, char **ret_why) {
        sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus_message *reply = NULL;
        const char *text;
        int r = read_file(bus, ret, ret_why);

        if (r != 1)
                return r;
        r = sd_bus_call_method(bus, HAWD_BUS_NAME, HAWD_PATH, HAWD_HOST, "Describe", &error, &reply, NULL);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &text);
        if (r < 0)
                *ret_why = explain(&error, r);
        else
                r = parse(text, strlen(text), ret, ret_why);
        sd_bus_message_unref(reply);
        sd_bus_error_free(&error);
        return r;
}

static const char *where(const Options *options) {
        return options->host ? options->host : options->bus_address ? options->bus_address : "system bus";
}

int connect_read(const Options *options, json_t **ret) {
        sd_bus *bus = NULL;
        char *why = NULL;
        int r = connect_open(options, &bus);

        if (r >= 0)
                r = connect_document(bus, ret, &why);
        else
                why = strdup(strerror(-r));
        sd_bus_flush_close_unref(bus);
        if (r >= 0)
                return EXIT_SUCCESS;
        if (is_elsewhere(options)) {
                fprintf(stderr, "hawctl: %s: %s%s\n", where(options), why ? why : strerror(ENOMEM),
                                options->host ? "; 'hawctl doctor' there says what to do"
                                              : "; " CONNECT_NEXT);
                free(why);
                return EXIT_FAILURE;
        }
        fprintf(stderr, "hawctl: no service on the %s (%s); reading this host directly; " CONNECT_NEXT "\n",
                        where(options), why ? why : strerror(ENOMEM));
        free(why);
        return -1;
}
