/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/awaited.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "daemon/requests.h"

static void forget(Awaited *awaited) {
        if (!awaited->source)
                return;
        awaited->source = sd_event_source_disable_unref(awaited->source);
        close(awaited->fd);
}

static int on_inotify(sd_event_source *source, const struct inotify_event *event, void *userdata) {
        Awaited *awaited = userdata;
        char name[NAME_MAX + 1];

        if (event->mask & IN_Q_OVERFLOW)
                awaited->done(awaited->userdata, NULL);
        else if (event->mask & IN_IGNORED)
                forget(awaited);
        else if (event->len > 0 && requests_taken_name(event->name) > 0) {
                snprintf(name, sizeof(name), "%.*s", (int) requests_taken_name(event->name), event->name);
                awaited->done(awaited->userdata, name);
        }
        return 0;
}

/* The collector creates the directory on its first run, which may be after the service's start. */
static void look(Awaited *awaited) {
        char path[PATH_MAX];
        int tree;

        if (awaited->source || !awaited->tree ||
                        (size_t) snprintf(path, sizeof(path), "%s/" REQUESTS_DIRECTORY, awaited->tree) >=
                                        sizeof(path))
                return;
        tree = open(awaited->tree, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (tree < 0)
                return;
        awaited->fd = requests_open(tree);
        close(tree);
        if (awaited->fd < 0)
                return;
        if (sd_event_add_inotify(awaited->event, &awaited->source, path, IN_DELETE | IN_ONLYDIR, on_inotify,
                            awaited) < 0)
                close(awaited->fd);
}

void awaited_begin(Awaited *awaited, sd_event *event, const char *tree,
                void (*done)(void *userdata, const char *name), void *userdata) {
        *awaited = (Awaited){ .event = event, .tree = tree, .done = done, .userdata = userdata };
        look(awaited);
}

void awaited_end(Awaited *awaited) {
        forget(awaited);
        awaited->tree = NULL;
}

bool awaited_any(Awaited *awaited) {
        look(awaited);
        return awaited->source && requests_pending(awaited->fd);
}
