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

/* The one argument of a method that takes a document: what it is, and what to do about one that is too long. */
static int read_document(sd_bus_message *message, const char *what, const char *advice, const char **ret,
                size_t *ret_n, sd_bus_error *error) {
        int r = sd_bus_message_read(message, "s", ret);

        if (r < 0)
                return r;
        *ret_n = strnlen(*ret, HAWD_MESSAGE_MAX + 1);
        if (*ret_n <= HAWD_MESSAGE_MAX)
                return 0;
        return sd_bus_error_setf(error, HAWD_ERROR_TOO_LARGE, "A %s of more than %d bytes%s.", what,
                        HAWD_MESSAGE_MAX, advice);
}

static int pass(RateLimit *limit, const char *what, sd_bus_error *error) {
        return rate_limit_pass(limit)
                        ? 0
                        : sd_bus_error_setf(error, HAWD_ERROR_RATE_LIMITED,
                                          "More than %u %s a second: try again.", limit->burst, what);
}

int host_compare(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);
        const char *text;
        size_t n;
        int r = read_document(message, "profile", ": leave out its devices and groups", &text, &n, error);

        if (r >= 0)
                r = pass(&tree->comparisons, "comparisons", error);
        return r < 0 ? r : comparison_reply(message, &tree->publication.profile, text, n, error);
}

int host_check(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);
        const char *text;
        size_t n;
        int r = read_document(message, "guest", "", &text, &n, error);

        if (r >= 0)
                r = pass(&tree->checks, "checks", error);
        return r < 0 ? r : check_reply(message, &tree->publication.profile, text, n, error);
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
