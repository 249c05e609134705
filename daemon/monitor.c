/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "daemon/monitor.h"

#include <errno.h>
#include <libudev.h>
#include <string.h>

#include "daemon/log.h"
#include "daemon/requests.h"
#include "probe/cleanup.h"

#define QUIET_USEC 10000
#define BURST_MAX_USEC 250000
/* The collector takes milliseconds; TimeoutStartSec= of its units limits it. */
#define COLLECTOR_MAX_USEC UINT64_C(5000000)
#define BUSY_MAX_USEC UINT64_C(15000000)
#define RECEIVE_BUFFER (8 * 1024 * 1024)

static bool starts_with(const char *text, const char *beginning) {
        return strncmp(text, beginning, strlen(beginning)) == 0;
}

static bool is_one_of(const char *text, const char *a, const char *b) {
        return strcmp(text, a) == 0 || strcmp(text, b) == 0;
}

/* Added, removed, or bound to another driver: VFIO binds, too, so its own events add nothing. */
static void pci_event(const char *name, Changes *changes) {
        PciAddress address;

        if (pci_address_parse((Bytes){ .data = (const uint8_t *) name, .n = strlen(name) }, &address))
                changes_add_device(changes, &address);
}

/* kvm sends "change" for each virtual machine that starts or stops: nothing here depends on it. */
static void misc_event(const char *action, const char *name, Changes *changes) {
        if (strcmp(action, "change") != 0 && is_one_of(name, "kvm", "iommu"))
                changes->kvm = true;
}

static void module_event(const char *name, Changes *changes) {
        if (starts_with(name, "kvm") || starts_with(name, "vfio"))
                changes->kvm = true;
}

/* Each has its own group. */
static void mediated_event(Changes *changes) {
        changes->mediated = true;
        changes->groups = true;
}

/* Adds to `changes` what an event requires to be read. Strings as from udev, `name` is the kernel's. */
static void take_change(const char *subsystem, const char *action, const char *name, Changes *changes) {
        if (strcmp(subsystem, "pci") == 0)
                pci_event(name, changes);
        else if (strcmp(subsystem, "mdev") == 0)
                mediated_event(changes);
        else if (strcmp(subsystem, "iommu") == 0)
                changes->everything = true;
        else if (strcmp(subsystem, "misc") == 0)
                misc_event(action, name, changes);
        else if (strcmp(subsystem, "module") == 0)
                module_event(name, changes);
        else if (is_one_of(subsystem, "cpu", "msr"))
                changes->cpu = true;
        else if (strcmp(subsystem, "memory") == 0)
                changes->memory = true;
}

/* ── bursts ────────────────────────────────────────────────────────────────────────────────────────────── */

/* A burst keeps the collector busy: each request done extends the deadline, up to a limit. */
static uint64_t collector_deadline(const Monitor *monitor) {
        uint64_t since = monitor->last_done > monitor->burst_began ? monitor->last_done
                                                                   : monitor->burst_began;
        uint64_t last = monitor->burst_began + BUSY_MAX_USEC;

        return since + COLLECTOR_MAX_USEC < last ? since + COLLECTOR_MAX_USEC : last;
}

/* After a time without progress, changes do not wait for the collector. */
static bool collector_is_late(Monitor *monitor, uint64_t now) {
        if (monitor->told_late)
                return true;
        if (now < collector_deadline(monitor))
                return false;
        if (now < monitor->last_done + COLLECTOR_MAX_USEC)
                return true;
        log_warning("hawd-collect has not read a change within %d s: values that only root can read may be outdated "
                    "or unknown. See 'systemctl status hawd-collect-changes.path hawd-collect-changes.service'.",
                        (int) (COLLECTOR_MAX_USEC / 1000000));
        monitor->told_late = true;
        return true;
}

static int wait_until(Monitor *monitor, uint64_t usec) {
        int r = sd_event_source_set_time(monitor->quiet, usec);

        return r < 0 ? r : sd_event_source_set_enabled(monitor->quiet, SD_EVENT_ONESHOT);
}

static int on_quiet(sd_event_source *source, uint64_t usec, void *userdata) {
        Monitor *monitor = userdata;
        Changes changes = monitor->pending;
        uint64_t now;
        int r = sd_event_now(sd_event_source_get_event(source), CLOCK_MONOTONIC, &now);

        if (r < 0)
                return r;
        if (!awaited_any(&monitor->awaited))
                monitor->told_late = false;
        else if (!collector_is_late(monitor, now))
                return wait_until(monitor, collector_deadline(monitor));
        monitor->pending = (Changes){};
        monitor->burst_began = 0;
        monitor->changed(monitor->userdata, &changes);
        return 0;
}

static int rearm(Monitor *monitor) {
        uint64_t now, until;
        int r = sd_event_now(sd_event_source_get_event(monitor->quiet), CLOCK_MONOTONIC, &now);

        if (r < 0)
                return r;
        if (monitor->burst_began == 0)
                monitor->burst_began = now;
        until = now + QUIET_USEC;
        if (until > monitor->burst_began + BURST_MAX_USEC)
                until = monitor->burst_began + BURST_MAX_USEC;
        return wait_until(monitor, until);
}

/* Even for a change already processed: the collector was late, or was started by hand. */
static void on_request_done(void *userdata, const char *name) {
        Monitor *monitor = userdata;

        (void) sd_event_now(sd_event_source_get_event(monitor->quiet), CLOCK_MONOTONIC, &monitor->last_done);
        if (!name || strcmp(name, REQUEST_EVERYTHING) == 0)
                monitor->pending.everything = true;
        else if (strcmp(name, REQUEST_CPU) == 0)
                monitor->pending.cpu = true;
        else if (strcmp(name, REQUEST_MEMORY) == 0)
                monitor->pending.memory = true;
        else
                pci_event(name, &monitor->pending);
        if (changes_any(&monitor->pending) && rearm(monitor) < 0)
                log_warning("Cannot process a change: out of memory");
}

/* Reads pending events: false when none is left. */
static bool take_event(Monitor *monitor) {
        struct udev_device *device;
        const char *subsystem, *action, *name;

        errno = 0;
        device = udev_monitor_receive_device(monitor->udev);
        if (!device) {
                if (errno != ENOBUFS)
                        return false;
                /* The kernel dropped some events. */
                monitor->pending.everything = true;
                return true;
        }
        subsystem = udev_device_get_subsystem(device);
        action = udev_device_get_action(device);
        name = udev_device_get_sysname(device);
        if (subsystem && action && name)
                take_change(subsystem, action, name, &monitor->pending);
        udev_device_unref(device);
        return true;
}

static int on_events(sd_event_source *source, int fd, uint32_t revents, void *userdata) {
        Monitor *monitor = userdata;

        while (take_event(monitor))
                ;
        return changes_any(&monitor->pending) ? rearm(monitor) : 0;
}

/* ── start and end ─────────────────────────────────────────────────────────────────────────────────────── */

static int subscribe(struct udev_monitor *udev) {
        static const char *const subsystems[] = { "pci", "mdev", "iommu", "misc", "module", "cpu", "memory",
                "msr" };

        for (size_t i = 0; i < ELEMENTS(subsystems); i++)
                if (udev_monitor_filter_add_match_subsystem_devtype(udev, subsystems[i], NULL) < 0)
                        return -EIO;
        /* More than the default needs a privilege; without it, overflow is noticed and all read. */
        (void) udev_monitor_set_receive_buffer_size(udev, RECEIVE_BUFFER);
        return udev_monitor_enable_receiving(udev) < 0 ? -EIO : 0;
}

int monitor_start(Monitor *monitor, sd_event *event, const char *tree,
                void (*changed)(void *userdata, const Changes *changes), void *userdata) {
        struct udev *udev = udev_new();
        int r;

        *monitor = (Monitor){ .changed = changed, .userdata = userdata };
        if (!udev)
                return -ENOMEM;
        errno = 0;
        monitor->udev = udev_monitor_new_from_netlink(udev, "udev");
        r = monitor->udev ? 0 : errno ? -errno : -EIO;
        udev_unref(udev);
        if (r < 0)
                return r;
        r = subscribe(monitor->udev);
        if (r >= 0)
                r = sd_event_add_io(event, &monitor->io, udev_monitor_get_fd(monitor->udev), EPOLLIN,
                                on_events, monitor);
        if (r >= 0)
                r = sd_event_add_time(event, &monitor->quiet, CLOCK_MONOTONIC, 0, 1000, on_quiet, monitor);
        if (r >= 0)
                r = sd_event_source_set_enabled(monitor->quiet, SD_EVENT_OFF);
        if (r < 0)
                monitor_done(monitor);
        else
                awaited_begin(&monitor->awaited, event, tree, on_request_done, monitor);
        return r;
}

void monitor_done(Monitor *monitor) {
        awaited_end(&monitor->awaited);
        monitor->io = sd_event_source_disable_unref(monitor->io);
        monitor->quiet = sd_event_source_disable_unref(monitor->quiet);
        if (monitor->udev)
                udev_monitor_unref(monitor->udev);
        monitor->udev = NULL;
}
