/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/host-methods.h"

#include <errno.h>
#include <string.h>

#include "dbus/check-reply.h"
#include "dbus/comparison-reply.h"
#include "dbus/names.h"
#include "dbus/object-tree.h"
#include "dbus/property.h"

static ObjectTree *tree_of(void *publication) {
        return publication;
}

static int failed(sd_bus_error *error, int r) {
        return sd_bus_error_setf(error, HAWD_ERROR_FAILED, "The host could not be read: %s", strerror(-r));
}

static int reply_text(sd_bus_message *message, const char *text, size_t n) {
        sd_bus_message *reply = NULL;
        int r = sd_bus_message_new_method_return(message, &reply);

        if (r >= 0)
                r = property_append_text(reply, text, n);
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}

int host_describe(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);
        const char *document;
        size_t n;
        int r = tree->calls.hold_document(tree->calls.userdata, &document, &n);

        if (r < 0)
                return failed(error, r);
        r = reply_text(message, document, n);
        tree->calls.release_document(tree->calls.userdata);
        return r;
}

int host_compare(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);
        const char *text;
        int r;

        r = sd_bus_message_read(message, "s", &text);
        if (r < 0)
                return r;
        size_t n = strnlen(text, HAWD_MESSAGE_MAX + 1);
        if (n > HAWD_MESSAGE_MAX)
                return sd_bus_error_setf(error, HAWD_ERROR_TOO_LARGE,
                                "A profile of more than %d bytes: leave out its devices and groups.",
                                HAWD_MESSAGE_MAX);
        if (!rate_limit_pass(&tree->comparisons))
                return sd_bus_error_setf(error, HAWD_ERROR_RATE_LIMITED,
                                "More than %u comparisons a second: try again.", tree->comparisons.burst);
        return comparison_reply(message, &tree->publication.profile, text, n, error);
}

int host_check(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);
        const char *text;
        int r;

        r = sd_bus_message_read(message, "s", &text);
        if (r < 0)
                return r;
        size_t n = strnlen(text, HAWD_MESSAGE_MAX + 1);
        if (n > HAWD_MESSAGE_MAX)
                return sd_bus_error_setf(error, HAWD_ERROR_TOO_LARGE, "A guest of more than %d bytes.",
                                HAWD_MESSAGE_MAX);
        if (!rate_limit_pass(&tree->checks))
                return sd_bus_error_setf(error, HAWD_ERROR_RATE_LIMITED,
                                "More than %u checks a second: try again.", tree->checks.burst);
        return check_reply(message, &tree->publication.profile, text, n, error);
}

static int refresh(sd_bus_message *request, void *userdata) {
        ObjectTree *tree = userdata;
        int r;

        if (!rate_limit_pass(&tree->refreshes))
                return sd_bus_reply_method_errorf(request, HAWD_ERROR_RATE_LIMITED,
                                "More than %u refreshes in ten seconds: changes are noticed without.",
                                tree->refreshes.burst);
        r = tree->calls.refresh(tree->calls.userdata);
        if (r < 0)
                return sd_bus_reply_method_errorf(
                                request, HAWD_ERROR_FAILED, "The host could not be read: %s", strerror(-r));
        return sd_bus_reply_method_return(request, NULL);
}

int host_refresh(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);

        return polkit_check(&tree->polkit, message, HAWD_POLKIT_REFRESH, refresh, tree);
}
