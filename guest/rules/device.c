/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether devices can be assigned (R6), and problems mistaken for an address width (R12). */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/rules/run.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"
#include "profile/device-lookup.h"
#include "profile/shell-word.h"

static const char *const refusals[_ASSIGNABLE_WHY_MAX] = {
        [ASSIGNABLE_WHY_BRIDGES_ONLY] = "cannot be assigned: VFIO does not support bridges",
        [ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING] =
                        "interrupt remapping is disabled: VFIO rejects the assignment",
        [ASSIGNABLE_WHY_NO_IOMMU] = "cannot be assigned: its group has no IOMMU",
        [ASSIGNABLE_WHY_NOT_PCI] = "cannot be assigned: not a PCI device",
};

/* Why VFIO refuses a group with that reason. */
static const char *refusal_of(const CheckRun *run, AssignableWhy why) {
        if (why == ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING && profile_is_arm64(run->profile))
                return "its MSIs are not isolated: VFIO rejects the assignment";
        return refusals[why];
}

/* "enable it, or allow it"; firmware of an arm64 host cannot enable it. */
static const char *remapping_advice(const CheckRun *run) {
        return profile_is_arm64(run->profile) ? "" : "enable interrupt remapping in firmware setup; or ";
}

/* Of the group's unit; without one, of all. All units of an x86 host are alike. */
static Tristate interrupts_isolated(const Profile *profile, int unit) {
        bool arm64 = profile_is_arm64(profile);
        Tristate state = TRISTATE_YES;

        for (size_t i = 0; i < profile->n_iommus; i++) {
                const Fact *enabled = &profile->iommus[i].interrupt_remapping_enabled;

                if (arm64 && unit >= 0 && (size_t) unit != i)
                        continue;
                if (fact_known(enabled) && (!enabled->value || !arm64))
                        return enabled->value ? TRISTATE_YES : TRISTATE_NO;
                if (!fact_known(enabled) && arm64)
                        state = TRISTATE_UNKNOWN;
        }
        return state;
}

static bool is_allowed(const Fact *parameter) {
        return fact_known(parameter) && parameter->value;
}

/* A group that vfio_iommu_type1's parameter opens can be closed to /dev/iommu. */
static void miss_isolation(CheckRun *run, const GuestDevice *device, int unit) {
        if (device->iommufd && !is_allowed(&run->profile->host.unsafe_iommufd) &&
                        interrupts_isolated(run->profile, unit) == TRISTATE_UNKNOWN)
                check_missing(run, "whether MSIs are isolated, which /dev/iommu requires");
}

/* Each way to open a device has its own parameter to allow it without interrupt remapping. Older documents
 * have only the result of vfio_iommu_type1's. */
static bool put_interrupts(CheckRun *run, const ProfileGroup *group, const GuestDevice *device) {
        const Profile *profile = run->profile;
        const Fact *allowed = device->iommufd ? &profile->host.unsafe_iommufd : &profile->host.unsafe_type1;
        bool unknown = group->assignable == TRISTATE_UNKNOWN;
        bool closed = !unknown && group->why == ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING;
        CheckFinding *f;

        if ((group->assignable == TRISTATE_NO && !closed) || (unknown && profile_is_arm64(profile)))
                return false;
        if (!closed && !(device->iommufd && interrupts_isolated(profile, group->iommu) == TRISTATE_NO))
                return false;
        if (is_allowed(allowed))
                return closed;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name, "%s",
                        refusal_of(run, ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING));
        check_numbers(run, f, "group %" PRIu32 " cannot be assigned%s", group->id,
                        device->iommufd && !closed ? " through /dev/iommu" : "");
        check_advice(run, f,
                        "%sset %s.allow_unsafe_interrupts=1: a guest can then raise any interrupt of the "
                        "host",
                        remapping_advice(run), device->iommufd ? "iommufd" : "vfio_iommu_type1");
        return true;
}

static void put_unassignable(CheckRun *run, const ProfileGroup *group, const GuestDevice *device) {
        CheckFinding *f;

        if (group->assignable == TRISTATE_UNKNOWN)
                check_missing(run, "whether group %" PRIu32 " can be assigned", group->id);
        miss_isolation(run, device, group->iommu);
        if (put_interrupts(run, group, device) || group->assignable != TRISTATE_NO || !refusals[group->why])
                return;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name, "%s",
                        refusal_of(run, group->why));
        check_numbers(run, f, "group %" PRIu32 " cannot be assigned", group->id);
}

/* VFIO accepts a group if its other functions have no driver, VFIO's, or one that does not use DMA. */
static bool leaves_alone(const char *driver) {
        return !*driver || strstr(driver, "vfio") || strcmp(driver, "pcieport") == 0 ||
                        strcmp(driver, "pci-stub") == 0;
}

static bool is_assigned(const CheckRun *run, const ProfileDevice *host) {
        return run->host_seen[host - run->profile->devices];
}

/* A name with other characters is known only as printed. */
static bool is_file_name(const char *driver) {
        for (const char *c = driver; *c; c++)
                if (*c < ' ' || *c > '~' || *c == '\\' || *c == '/')
                        return false;
        return strcmp(driver, ".") != 0 && strcmp(driver, "..") != 0;
}

/* ": echo 0000:00:1c.0 > /sys/bus/pci/drivers/pcieport/unbind"; "" if the driver's name is not a file
 * name. */
static char *unbind_command(const char *name, const char *driver) {
        char path[sizeof("/sys/bus/pci/drivers//unbind") + sizeof(((ProfileDevice *) NULL)->driver)];
        _cleanup_free_ char *device = shell_word(name), *file = NULL;
        char *command = NULL;

        if (!is_file_name(driver))
                return strdup("");
        snprintf(path, sizeof(path), "/sys/bus/pci/drivers/%s/unbind", driver);
        file = shell_word(path);
        if (!device || !file || asprintf(&command, ": echo %s > %s", device, file) < 0)
                return NULL;
        return command;
}

/* vfio-pci accepts no bridge. One without a driver is harmless. */
static void advise_members(CheckRun *run, CheckFinding *f, const ProfileDevice *endpoint, const char *name,
                const ProfileDevice *bridge, const char *bridge_name) {
        _cleanup_free_ char *device = shell_word(name);
        _cleanup_free_ char *unbind = bridge ? unbind_command(bridge_name, bridge->driver) : strdup("");

        if (!device || !unbind)
                run->error = -ENOMEM;
        else if (endpoint && bridge)
                check_advice(run, f,
                                "assign them too, or bind them to vfio-pci: driverctl set-override %s "
                                "vfio-pci; for a bridge, only unbind its driver (vfio-pci does not support "
                                "bridges)%s",
                                device, unbind);
        else if (bridge)
                check_advice(run, f, "unbind the bridge's driver (vfio-pci does not support bridges)%s",
                                unbind);
        else
                check_advice(run, f,
                                "assign them too, or bind them to vfio-pci: driverctl set-override %s "
                                "vfio-pci",
                                device);
}

static bool is_bridge(const ProfileDevice *device) {
        return device->header_type_known && device->header_type != 0;
}

static void put_members(CheckRun *run, const ProfileGroup *group, const char *subject) {
        const ProfileDevice *endpoint = NULL, *bridge = NULL;
        const char *name = "", *bridge_name = "";
        char others[128] = "";
        size_t n = 0, used = 0;
        CheckFinding *f;

        /* The only member. */
        if (group->n_members == 1)
                return;
        for (size_t i = 0; i < group->n_members; i++) {
                const ProfileDevice *member = device_lookup_name(run->profile, group->members[i]);

                if (!member || leaves_alone(member->driver) || is_assigned(run, member))
                        continue;
                if (is_bridge(member) && !bridge) {
                        bridge = member;
                        bridge_name = group->members[i];
                } else if (!is_bridge(member) && !endpoint) {
                        endpoint = member;
                        name = group->members[i];
                }
                if (++n <= 3)
                        used += (size_t) snprintf(others + used, sizeof(others) - used, "%s%s (%s)",
                                        n > 1 ? ", " : "", group->members[i], member->driver);
        }
        if (n == 0)
                return;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, subject,
                        "cannot be assigned: host drivers use other devices of its group");
        check_numbers(run, f, "group %" PRIu32 " also contains %s%s", group->id, others,
                        n > 3 ? " and others" : "");
        advise_members(run, f, endpoint, name, bridge, bridge_name);
}

static void put_virtual_functions(CheckRun *run, const ProfileDevice *host, const char *subject) {
        CheckFinding *f;

        if (host->is_vf || host->num_vfs == 0)
                return;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_WARNING, subject,
                        "assigning it removes its virtual functions");
        check_numbers(run, f, "%u of %u virtual functions are enabled", host->num_vfs, host->total_vfs);
        check_advice(run, f, "assign a virtual function instead");
}

/* The host's own findings say what to do about its IOMMU. */
static void put_no_iommu(CheckRun *run, const char *subject, const char *summary) {
        const FindingList *list = &run->profile->findings;
        CheckFinding *f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, subject, "%s", summary);

        for (size_t i = 0; i < list->n; i++) {
                const int id = finding_id_from_string(list->findings[i].id);

                if (*list->findings[i].remedy &&
                                (id == FINDING_IOMMU_FIRMWARE_ONLY || id == FINDING_IOMMU_ABSENT))
                        check_advice(run, f, "%s", list->findings[i].remedy);
        }
}

/* vfio-pci accepts endpoints only, even in a valid group. */
static bool put_bridge(CheckRun *run, const ProfileDevice *host, const char *subject) {
        if (!host->header_type_known || host->header_type == 0)
                return false;
        check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, subject,
                        "cannot be assigned: VFIO does not support bridges");
        return true;
}

static void put_own_driver(CheckRun *run, const ProfileDevice *host, const char *subject) {
        if (!leaves_alone(host->driver))
                check_numbers(run,
                                check_find(run, RULE_ASSIGNMENT, VERDICT_SAFE, subject,
                                                "in use by the host: bind it to VFIO before the guest "
                                                "starts"),
                                "its driver is %s; with managed='yes', libvirt changes the driver",
                                host->driver);
}

/* Linux has neither units nor groups in dom0. */
static bool put_xen(CheckRun *run, const char *subject) {
        if (run->profile->groups_reason != REASON_XEN)
                return false;
        check_advice(run,
                        check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, subject,
                                        "cannot be assigned with VFIO: Xen has this host's IOMMUs"),
                        "assign it to a guest of Xen, or boot the host without Xen");
        return true;
}

static void check_one(CheckRun *run, size_t i) {
        const GuestDevice *device = &run->guest->devices[i];
        const ProfileDevice *host = check_device_found(run, device);
        const ProfileGroup *group;

        if (!host)
                return;
        if (put_bridge(run, host, device->name) || put_xen(run, device->name))
                return;
        put_virtual_functions(run, host, device->name);
        put_own_driver(run, host, device->name);
        if (host->group < 0 && run->profile->groups_reason != REASON_NONE) {
                check_missing(run, "IOMMU groups (%s)", reason_to_string(run->profile->groups_reason));
                return;
        }
        if (host->group < 0 && host->group_reason == REASON_UNSUPPORTED_KERNEL) {
                check_missing(run,
                                "whether %s can be assigned (no IOMMU group yet: bind it to vfio-pci, ask "
                                "again)",
                                device->name);
                return;
        }
        if (host->group < 0) {
                put_no_iommu(run, device->name, "cannot be assigned: it is not behind an IOMMU");
                return;
        }
        if (run->group_seen[host->group])
                return;
        run->group_seen[host->group] = true;
        group = &run->profile->groups[host->group];
        reserved_find(run, group, device->name);
        put_unassignable(run, group, device);
        put_members(run, group, device->name);
}

/* Marks assigned functions; QEMU accepts each once. */
static void rule_asked_twice(CheckRun *run) {
        for (size_t i = 0; i < run->guest->n_devices; i++) {
                const GuestDevice *device = &run->guest->devices[i];
                const ProfileDevice *host = device->assigned ? check_device(run, device) : NULL;
                char address[PCI_ADDRESS_TEXT_MAX];

                if (!host)
                        continue;
                if (is_assigned(run, host)) {
                        pci_address_format(&host->address, address, sizeof(address));
                        check_numbers(run,
                                        check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                                                        "assigned twice; the VMM rejects the second"),
                                        "both are %s of the host", address);
                }
                run->host_seen[host - run->profile->devices] = true;
        }
}

void device_find_any(CheckRun *run, const char *subject) {
        const Profile *profile = run->profile;
        size_t unknown = 0, without_remapping = 0;
        CheckFinding *f;

        if (check_no_iommu(profile)) {
                put_no_iommu(run, subject,
                                "no device can be assigned: this host has no device behind an IOMMU");
                return;
        }
        for (size_t i = 0; i < profile->n_groups; i++) {
                if (profile->groups[i].assignable == TRISTATE_YES)
                        return;
                unknown += profile->groups[i].assignable == TRISTATE_UNKNOWN;
                without_remapping += profile->groups[i].why == ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING;
        }
        /* Without groups, the document omits them or they were not readable, as reported. */
        if (profile->n_groups == 0)
                return;
        if (unknown > 0) {
                check_missing(run, "whether any group can be assigned");
                return;
        }
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, subject, "%s",
                        without_remapping ? refusal_of(run, ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING)
                                          : "no device of this host can be assigned");
        check_numbers(run, f, "%zu groups; none can be assigned", profile->n_groups);
        if (without_remapping)
                check_advice(run, f, "%s",
                                profile_is_arm64(profile)
                                                ? "set vfio_iommu_type1.allow_unsafe_interrupts=1: a guest "
                                                  "can then raise any interrupt of the host"
                                                : "enable interrupt remapping in firmware setup");
}

static void rule_devices(CheckRun *run) {
        bool said = false;

        for (size_t i = 0; i < run->guest->n_devices; i++) {
                const GuestDevice *device = &run->guest->devices[i];

                if (!device->assigned || device->mediated || vmm_of(run->guest)->hypervisor)
                        continue;
                if (!device->has_address)
                        miss_isolation(run, device, -1);
                if (device->has_address)
                        check_one(run, i);
                else if (!said) {
                        device_find_any(run, device->name);
                        said = true;
                }
        }
}

const CheckRule rules_device[] = { rule_asked_twice, rule_devices, NULL };
