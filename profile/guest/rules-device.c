/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Whether devices can be assigned at all (R6), and what looks like an address width and is none (R12). */

#include <stdio.h>
#include <string.h>

#include "profile/device-lookup.h"
#include "profile/guest/check-run.h"

static void put_regions(CheckRun *run, const ProfileGroup *group, const char *subject) {
        for (size_t i = 0; i < group->regions.n; i++) {
                const ReservedRegion *region = &group->regions.regions[i];
                bool direct = region->type == RESERVED_DIRECT;

                if (!direct && region->type != RESERVED_DIRECT_RELAXABLE)
                        continue;
                CheckFinding *f = check_find(run, "R6", direct ? VERDICT_UNSAFE : VERDICT_WARNING, subject,
                                direct ? "firmware wants a region kept mapped for it: it cannot be assigned"
                                       : "firmware gave it a region that it may go on using in the guest");
                check_numbers(run, f, "group %" PRIu32 " has 0x%" PRIx64 "-0x%" PRIx64 " (%s)", group->id,
                                region->start, region->end, region->word);
                check_advice(run, f, "%s",
                                direct ? "turn off what uses the region in the firmware's setup (shared memory "
                                         "of a management controller, legacy USB), or assign another device"
                                       : "where the device goes on using it, the guest has to keep the same "
                                         "addresses free");
                f->start = region->start;
                f->end = region->end;
        }
}

static void put_unassignable(CheckRun *run, const ProfileGroup *group, const char *subject) {
        static const char *const why[_ASSIGNABLE_WHY_MAX] = {
                [ASSIGNABLE_WHY_BRIDGES_ONLY] = "it is a bridge: VFIO takes none",
                [ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING] = "interrupt remapping is off: VFIO refuses",
                [ASSIGNABLE_WHY_NO_IOMMU] = "no IOMMU is behind its group",
                [ASSIGNABLE_WHY_NOT_PCI] = "it is no PCI device",
        };
        CheckFinding *f;

        if (group->assignable == TRISTATE_UNKNOWN)
                check_missing(run, "whether group %" PRIu32 " can be assigned", group->id);
        if (group->assignable != TRISTATE_NO || !why[group->why])
                return;
        f = check_find(run, "R12", VERDICT_UNSAFE, subject, "%s", why[group->why]);
        check_numbers(run, f, "group %" PRIu32 " cannot be assigned", group->id);
        if (group->why == ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING)
                check_advice(run, f, "turn interrupt remapping on in the firmware's setup");
}

/* VFIO takes a group whose other functions have no driver, one of its own, or one that leaves DMA alone. */
static bool leaves_alone(const char *driver) {
        return !*driver || strstr(driver, "vfio") || strcmp(driver, "pcieport") == 0 ||
                        strcmp(driver, "pci-stub") == 0;
}

static bool is_assigned(const CheckRun *run, const PciAddress *address) {
        for (size_t i = 0; i < run->guest->n_devices; i++)
                if (run->guest->devices[i].assigned && run->guest->devices[i].has_address &&
                                pci_address_compare(&run->guest->devices[i].address, address) == 0)
                        return true;
        return false;
}

static void put_members(CheckRun *run, const ProfileGroup *group, const char *subject) {
        char others[128] = "", first[PCI_ADDRESS_TEXT_MAX] = "";
        size_t n = 0, used = 0;
        CheckFinding *f;

        for (size_t i = 0; i < group->n_members; i++) {
                const ProfileDevice *member = device_lookup_name(run->profile, group->members[i]);

                if (!member || leaves_alone(member->driver) || is_assigned(run, &member->address))
                        continue;
                if (n++ == 0)
                        snprintf(first, sizeof(first), "%s", group->members[i]);
                if (n <= 3)
                        used += (size_t) snprintf(others + used, sizeof(others) - used, "%s%s (%s)",
                                        n > 1 ? ", " : "", group->members[i], member->driver);
        }
        if (n == 0)
                return;
        f = check_find(run, "R12", VERDICT_UNSAFE, subject,
                        "its group is not viable: the host's drivers hold other members");
        check_numbers(run, f, "group %" PRIu32 " also holds %s%s", group->id, others,
                        n > 3 ? " and more" : "");
        check_advice(run, f, "assign them too, or bind them to vfio-pci: driverctl set-override %s vfio-pci",
                        first);
}

static void put_virtual_functions(CheckRun *run, const ProfileDevice *host, const char *subject) {
        CheckFinding *f;

        if (host->is_vf || host->num_vfs == 0)
                return;
        f = check_find(run, "R12", VERDICT_WARNING, subject,
                        "it has virtual functions that go away with it");
        check_numbers(run, f, "%u of %u virtual functions are on", host->num_vfs, host->total_vfs);
        check_advice(run, f, "assign a virtual function instead");
}

static void check_one(CheckRun *run, size_t i) {
        const GuestDevice *device = &run->guest->devices[i];
        const ProfileDevice *host = check_device(run, device);
        const ProfileGroup *group;

        if (!host && run->profile->devices_reason == REASON_NONE) {
                check_find(run, "R12", VERDICT_UNSAFE, device->name, "this host has no such device");
                return;
        }
        if (!host) {
                check_missing(run, "PCI devices of the host (%s)",
                                reason_to_string(run->profile->devices_reason));
                return;
        }
        put_virtual_functions(run, host, device->name);
        if (host->group < 0 && run->profile->groups_reason != REASON_NONE) {
                check_missing(run, "IOMMU groups (%s)", reason_to_string(run->profile->groups_reason));
                return;
        }
        if (host->group < 0) {
                check_find(run, "R12", VERDICT_UNSAFE, device->name,
                                "no IOMMU is in front of it: VFIO cannot assign it");
                return;
        }
        if (run->group_seen[host->group])
                return;
        run->group_seen[host->group] = true;
        group = &run->profile->groups[host->group];
        put_regions(run, group, device->name);
        put_unassignable(run, group, device->name);
        put_members(run, group, device->name);
}

static void rule_devices(CheckRun *run) {
        const Fact *bits = &run->profile->widths.iova_bits;
        bool said = fact_known(bits) || bits->reason != REASON_ABSENT;

        for (size_t i = 0; i < run->guest->n_devices; i++) {
                const GuestDevice *device = &run->guest->devices[i];

                if (!device->assigned)
                        continue;
                if (device->has_address)
                        check_one(run, i);
                else if (!said) {
                        check_find(run, "R12", VERDICT_UNSAFE, device->name,
                                        "no IOMMU owns a device on this host: VFIO cannot assign any");
                        said = true;
                }
        }
}

/* What the log says that people take for a width: the numbers are of another kind. */
static void rule_symptoms(CheckRun *run) {
        char ram[CHECK_BYTES_MAX];
        CheckFinding *f;

        for (size_t i = 0; i < run->guest->n_devices; i++) {
                if (!run->guest->devices[i].assigned || !run->guest->devices[i].iommufd)
                        continue;
                f = check_find(run, "R12", VERDICT_SAFE, run->guest->devices[i].name,
                                "its BARs are not mapped for other devices: the iommufd backend maps none");
                check_numbers(run, f, "QEMU says -14 (Bad address) for each, which is harmless");
                break;
        }
        if (run->assigned) {
                f = check_find(run, "R12", VERDICT_SAFE, "guest",
                                "assigned devices pin all of the guest's memory");
                check_numbers(run, f, "%s, and -12 (Cannot allocate memory) is the limit on locked memory",
                                check_bytes(run->guest->memory.ram, ram));
        }
}

const CheckRule rules_device[] = { rule_devices, rule_symptoms, NULL };
