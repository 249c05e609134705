/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/host-methods.h"

#include <errno.h>
#include <string.h>

#include "dbus/check-reply.h"
#include "dbus/comparison-reply.h"
#include "dbus/names.h"
#include "dbus/object-tree.h"
#include "probe/cleanup.h"

static ObjectTree *tree_of(void *publication) {
        return publication;
}

static int failed(sd_bus_error *error, int r) {
        return sd_bus_error_setf(error, HAWD_ERROR_FAILED, "Cannot read the host: %s", strerror(-r));
}

static int wait_with(
                ObjectTree *tree, sd_bus_message *message, size_t bytes, JobStep step, sd_bus_error *error) {
        const JobRequest request = { .held_bytes = bytes, .step = step, .userdata = tree };

        return gate_wait(&tree->gate, message, &request, error);
}

static int reply_text(sd_bus_message *message, const char *text, size_t n) {
        sd_bus_message *reply = NULL;
        int r = sd_bus_message_new_method_return(message, &reply);

        if (r >= 0)
                r = message_append_text(reply, text, n);
        if (r >= 0)
                r = sd_bus_send(NULL, reply, NULL);
        sd_bus_message_unref(reply);
        return r;
}

static int describe(Job *job, sd_bus_error *error) {
        ObjectTree *tree = job->userdata;
        const char *document;
        size_t n;
        int r = tree->calls.hold_document(tree->calls.userdata, &document, &n);

        if (r < 0)
                return failed(error, r);
        job->answer_bytes = n;
        r = reply_text(job->call, document, n);
        tree->calls.release_document(tree->calls.userdata);
        return r < 0 ? r : 0;
}

static int host_describe(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);
        const JobRequest request = { .answer_bytes = tree->calls.document_bytes(tree->calls.userdata),
                .step = describe,
                .userdata = tree };

        return gate_wait(&tree->gate, message, &request, error);
}

static int describe_fd(Job *job, sd_bus_error *error) {
        ObjectTree *tree = job->userdata;
        const User *user = job->sender->user;
        _cleanup_close_ int fd = -1;
        int r = tree->calls.lend_document(tree->calls.userdata, user->uid, user->privileged, &fd);

        if (r == 0)
                return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                "Too many files of DescribeFd are open: close some of them first.");
        if (r < 0)
                return failed(error, r);
        r = sd_bus_reply_method_return(job->call, "h", fd);
        return r < 0 ? r : 0;
}

static int host_describe_fd(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        return wait_with(tree_of(userdata), message, 0, describe_fd, error);
}

/* Reads the document argument of a method. `what` and `advice` are for the error if it is too long. */
static int read_document(sd_bus_message *message, const char *what, const char *advice, const char **ret,
                size_t *ret_n, sd_bus_error *error) {
        int r = sd_bus_message_read(message, "s", ret);

        if (r < 0)
                return r;
        *ret_n = strnlen(*ret, HAWD_MESSAGE_MAX + 1);
        if (*ret_n <= HAWD_MESSAGE_MAX)
                return 0;
        return sd_bus_error_setf(error, HAWD_ERROR_TOO_LARGE, "The %s is larger than %d bytes%s.", what,
                        HAWD_MESSAGE_MAX, advice);
}

typedef int (*DocumentReply)(sd_bus_message *message, const Profile *profile, const char *text, size_t n,
                size_t *ret_bytes, sd_bus_error *error);

/* Runs what read_document() accepted. */
static int answer_document(Job *job, DocumentReply reply, sd_bus_error *error) {
        ObjectTree *tree = job->userdata;
        const char *text;
        int r = sd_bus_message_rewind(job->call, 1);

        if (r >= 0)
                r = sd_bus_message_read(job->call, "s", &text);
        return r < 0 ? r
                     : reply(job->call, &tree->served.publication.profile, text, strlen(text),
                                       &job->answer_bytes, error);
}

static int compare(Job *job, sd_bus_error *error) {
        return answer_document(job, comparison_reply, error);
}

static int host_compare(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);
        const char *text;
        size_t n;
        int r = read_document(message, "profile", ": leave out its devices and groups", &text, &n, error);

        return r < 0 ? r : wait_with(tree, message, n, compare, error);
}

static int check(Job *job, sd_bus_error *error) {
        return answer_document(job, check_reply, error);
}

static int host_check(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);
        const char *text;
        size_t n;
        int r = read_document(message, "guest", "", &text, &n, error);

        return r < 0 ? r : wait_with(tree, message, n, check, error);
}

static int refresh(sd_bus_message *request, void *userdata) {
        ObjectTree *tree = userdata;
        int r;

        if (!rate_limit_pass(&tree->refreshes))
                return sd_bus_reply_method_errorf(request, HAWD_ERROR_RATE_LIMITED,
                                "More than %u calls of Refresh in ten seconds; changes are also detected without it.",
                                tree->refreshes.burst);
        r = tree->calls.refresh(tree->calls.userdata);
        if (r < 0)
                return sd_bus_reply_method_errorf(
                                request, HAWD_ERROR_FAILED, "Cannot read the host: %s", strerror(-r));
        return sd_bus_reply_method_return(request, NULL);
}

static int ask_for_refresh(Job *job, sd_bus_error *error) {
        ObjectTree *tree = job->userdata;
        int r = polkit_check(&tree->polkit, job->call, job->sender->user->uid, HAWD_POLKIT_REFRESH, refresh,
                        tree);

        return r < 0 ? r : 0;
}

static int host_refresh(sd_bus_message *message, void *userdata, sd_bus_error *error) {
        ObjectTree *tree = tree_of(userdata);

        return wait_with(tree, message, 0, ask_for_refresh, error);
}

const sd_bus_vtable host_methods[] = {
        SD_BUS_METHOD_WITH_ARGS("Describe", SD_BUS_NO_ARGS, SD_BUS_RESULT("s", profile), host_describe,
                        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DescribeFd", SD_BUS_NO_ARGS, SD_BUS_RESULT("h", profile), host_describe_fd,
                        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Check", SD_BUS_ARGS("s", guest), SD_BUS_RESULT("s", check), host_check,
                        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Compare", SD_BUS_ARGS("s", profile), SD_BUS_RESULT("s", comparison),
                        host_compare, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Refresh", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, host_refresh,
                        SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL_WITH_ARGS("ProfileChanged", SD_BUS_ARGS("t", generation, "as", changed), 0),
        SD_BUS_VTABLE_END,
};
