/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <time.h>

#include "daemon/log.h"
#include "daemon/service.h"
#include "probe/standard-descriptors.h"

#define EXIT_USAGE 2

static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *userdata) {
        struct timespec now;

        clock_gettime(CLOCK_MONOTONIC, &now);
        sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu",
                        (unsigned long long) now.tv_sec * 1000000 + (unsigned long long) now.tv_nsec / 1000);
        (void) service_reload(userdata);
        sd_notify(0, "READY=1");
        return 0;
}

static int take_signals(sd_event *event, Service *service) {
        sigset_t set;
        int r;

        sigemptyset(&set);
        sigaddset(&set, SIGTERM);
        sigaddset(&set, SIGINT);
        sigaddset(&set, SIGHUP);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        r = sd_event_add_signal(event, NULL, SIGTERM, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGINT, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_signal(event, NULL, SIGHUP, on_hangup, service);
        return r;
}

static int run(sd_event *event, const DaemonOptions *options, Service *service) {
        int r = take_signals(event, service);

        if (r >= 0)
                r = service_start(service, event, options);
        if (r < 0)
                return r;
        /* No effect without WATCHDOG_USEC. */
        r = sd_event_set_watchdog(event, 1);
        if (r < 0)
                log_warning("Cannot serve the watchdog: %s", strerror(-r));
        sd_notify(0, "READY=1");
        r = sd_event_loop(event);
        sd_notify(0, "STOPPING=1");
        return r;
}

int main(int argc, char **argv) {
        DaemonOptions options;
        sd_event *event = NULL;
        Service service = { .files = { .fd = -1 }, .past = { .fd = -1 }, .document = DOCUMENT_NONE };
        int r;

        standard_descriptors_open();
        r = daemon_options_parse(argc, argv, &options);
        if (r != 0)
                return r > 0 ? standard_output_finish("hawd", EXIT_SUCCESS) : EXIT_USAGE;
        /* Published files are readable for all. */
        umask(0022);
        r = sd_event_default(&event);
        if (r < 0)
                log_error("Cannot create the event loop: %s", strerror(-r));
        else
                r = run(event, &options, &service);
        service_stop(&service);
        sd_event_unref(event);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
