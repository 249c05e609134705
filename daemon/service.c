/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/service.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/log.h"
#include "dbus/changes.h"
#include "dbus/names.h"

/* Catches what has no event: a group's type or module parameter set by hand, host name. */
#define SLOW_USEC (10 * 60 * UINT64_C(1000000))
#define SLOW_ACCURACY_USEC (60 * UINT64_C(1000000))

/* ── the document ──────────────────────────────────────────────────────────────────────────────────────── */

static int document_file(Service *service) {
        int r = 0;

        if (service->document.fd < 0)
                r = document_write(&service->document, &service->tree.served.publication.profile);
        return r < 0 ? r : service->document.fd;
}

static int lend_document(void *userdata, uid_t uid, bool privileged, int *ret) {
        Service *service = userdata;
        int fd = document_file(service);

        return fd < 0 ? fd : loans_give(&service->loans, fd, uid, privileged, ret);
}

static int hold_document(void *userdata, const char **ret, size_t *ret_n) {
        Service *service = userdata;
        int r = document_file(service);

        *ret_n = service->document.n;
        return r < 0 ? r : document_hold(&service->document, ret);
}

static void release_document(void *userdata) {
        Service *service = userdata;

        document_release(&service->document);
}

static size_t document_bytes(void *userdata) {
        const Service *service = userdata;

        return service->document.n;
}

/* ── publishing ────────────────────────────────────────────────────────────────────────────────────────── */

static void tell_systemd(const Publication *publication) {
        const ProfileWidths *widths = &publication->profile.widths;
        char iova[24] = "unknown";

        if (fact_known(&widths->iova_bits))
                snprintf(iova, sizeof(iova), "%" PRIu64, widths->iova_bits.value);
        sd_notifyf(0,
                        "STATUS=Generation %" PRIu64
                        ": %zu devices in %zu groups behind %zu IOMMU units, IOVA bits %s.",
                        publication->generation, publication->profile.n_devices,
                        publication->profile.n_groups, publication->profile.n_iommus, iova);
}

/* After signals, before calls. */
static int on_later(sd_event_source *source, void *userdata) {
        Service *service = userdata;
        const char *document;
        size_t n;
        int r = hold_document(service, &document, &n);

        if (r < 0)
                log_warning("Cannot write the profile document: %s", strerror(-r));
        else {
                files_publish(&service->files, &service->tree.served.publication, document, n);
                past_keep(&service->past, document, n);
                release_document(service);
        }
        tell_systemd(&service->tree.served.publication);
        malloc_trim(0);
        return 0;
}

static bool differs(const Publication *before, const Profile *now) {
        const ProfileHost *host = &before->profile.host;

        /* The digest covers the host's abilities; the host's name is part of the profile, too. */
        return before->generation == 0 || strcmp(before->profile.digest, now->digest) != 0 ||
                        strcmp(host->hostname, now->host.hostname) != 0 ||
                        strcmp(host->machine_id, now->host.machine_id) != 0;
}

static void take_over(Service *service, Profile *fresh) {
        Publication *publication = &service->tree.served.publication, before = *publication;
        bool changed = differs(&before, fresh);

        publication->profile = *fresh;
        /* Volatile values may still differ: the text is written again on demand. */
        document_done(&service->document);
        publication->generation += changed;
        if (changed && service->connection.bus) {
                int r = changes_emit(service->connection.bus, &service->tree.served.interfaces, &before,
                                publication);

                if (r < 0)
                        log_warning("Cannot send some signals: %s", strerror(-r));
        }
        profile_done(&before.profile);
        if (changed)
                (void) sd_event_source_set_enabled(service->later, SD_EVENT_ONESHOT);
}

static int read_again(Service *service, const Changes *changes) {
        Profile *former = &service->tree.served.publication.profile, fresh = {};
        int r;

        r = snapshot_read(&service->snapshot, changes, former, &fresh);
        if (r >= 0) {
                r = past_tell(&service->past, &fresh);
                if (r < 0)
                        snapshot_undo(&service->snapshot, &fresh);
        }
        if (r < 0) {
                log_error("Cannot read %s: %s", service->options->root, strerror(-r));
                return r;
        }
        refusals_tell(&service->refusals, &fresh, service->options->private_directory);
        take_over(service, &fresh);
        return 0;
}

int service_reload(Service *service) {
        const Changes everything = { .everything = true };

        return read_again(service, &everything);
}

/* ── triggers ──────────────────────────────────────────────────────────────────────────────────────────── */

static void on_changes(void *userdata, const Changes *changes) {
        (void) read_again(userdata, changes);
}

static int on_refresh(void *userdata) {
        return service_reload(userdata);
}

static void on_stuck(void *userdata) {
        Service *service = userdata;

        connection_renew(&service->connection);
}

static size_t unread(void *userdata) {
        const Service *service = userdata;

        return connection_unread(&service->connection);
}

static int on_slow(sd_event_source *source, uint64_t usec, void *userdata) {
        const Changes silent = { .host = true, .kvm = true, .groups = true };
        Service *service = userdata;
        int r;

        (void) read_again(service, &silent);
        r = sd_event_source_set_time_relative(source, SLOW_USEC);
        return r < 0 ? r : sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int watch(Service *service) {
        int r = monitor_start(&service->monitor, service->event, service->options->private_directory,
                        on_changes, service);

        if (r < 0)
                log_warning("Cannot monitor device events: %s. Changes are detected on SIGHUP and Refresh only.",
                                strerror(-r));
        return sd_event_add_time_relative(service->event, &service->slow, CLOCK_MONOTONIC, SLOW_USEC,
                        SLOW_ACCURACY_USEC, on_slow, service);
}

/* ── start and end ─────────────────────────────────────────────────────────────────────────────────────── */

static int open_outputs(Service *service) {
        const DaemonOptions *options = service->options;
        int r = files_open(&service->files, options->runtime_directory);

        if (r < 0)
                log_warning("%s: %s; the profile is not published as files.", options->runtime_directory,
                                strerror(-r));
        past_open(&service->past, options->state_directory);
        r = sd_event_add_defer(service->event, &service->later, on_later, service);
        if (r >= 0)
                r = sd_event_source_set_enabled(service->later, SD_EVENT_OFF);
        return r < 0 ? r : sd_event_source_set_priority(service->later, PRIORITY_CALLS - 1);
}

int service_start(Service *service, sd_event *event, const DaemonOptions *options) {
        const GateCalls gate_calls = { on_stuck, unread, service };
        const PublicationCalls calls = { hold_document, release_document, lend_document, document_bytes,
                on_refresh, service };
        int r;

        *service = (Service){ .event = event, .options = options, .document = DOCUMENT_NONE };
        snapshot_init(&service->snapshot, options->root, options->private_directory);
        object_tree_init(&service->tree, &calls);
        r = gate_init(&service->tree.gate, event, &service->tree.served.publication, &gate_calls);
        if (r >= 0)
                r = open_outputs(service);
        /* Before the first reading, to miss no events. */
        if (r >= 0 && strcmp(options->root, "/") == 0)
                r = watch(service);
        if (r >= 0)
                r = service_reload(service);
        if (r >= 0)
                r = connection_open(&service->connection, event, options, &service->tree);
        return r;
}

void service_stop(Service *service) {
        if (service->connection.tree)
                connection_close(&service->connection);
        gate_done(&service->tree.gate);
        loans_done(&service->loans);
        monitor_done(&service->monitor);
        service->later = sd_event_source_disable_unref(service->later);
        service->slow = sd_event_source_disable_unref(service->slow);
        files_close(&service->files);
        past_close(&service->past);
        document_done(&service->document);
        profile_done(&service->tree.served.publication.profile);
        snapshot_done(&service->snapshot);
}
