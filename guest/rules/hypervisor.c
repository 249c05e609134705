/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Guests of a hypervisor that the host's kernel runs on (Xen): whether the host runs it (R1), the width that it gives
 * (R2), the devices that it assigns (R12), and the reserved memory of these (R6). */

#include <string.h>

#include "guest/rules/run.h"
#include "profile/architecture.h"
#include "profile/xen-region.h"

/* ── the host ──────────────────────────────────────────────────────────────────────────────────────────── */

/* R12, as a host without KVM: no guest of this kind starts. */
static void rule_host(CheckRun *run) {
        const XenRole role = run->profile->xen.role;
        CheckFinding *f;

        if (role == XEN_ROLE_CONTROL)
                return;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, "host", "Xen cannot start guests on this host");
        check_numbers(run, f, "%s",
                        role == XEN_ROLE_GUEST ? "the host is itself a guest of Xen"
                                               : "the host's kernel does not run on Xen");
        if (role == XEN_ROLE_NONE)
                check_advice(run, f, "boot the host with Xen, or run the guest with QEMU and KVM");
}

static void rule_width(CheckRun *run) {
        const Fact *host = &run->profile->widths.cpu_physical_bits;
        const unsigned bits = run->layout->phys_bits;
        CheckFinding *f;

        if (!bits || !fact_known(host) || run->profile->xen.role != XEN_ROLE_CONTROL)
                return;
        f = check_find(run, RULE_WIDTH, VERDICT_SAFE, "guest", "the guest's width is %s this host's",
                        bits == host->value                  ? "equal to"
                                        : bits < host->value ? "below"
                                                             : "above");
        check_numbers(run, f, "Xen gives the guest %u bits, the host has %" PRIu64, bits, host->value);
}

/* ── devices ───────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_no(const Fact *fact) {
        return fact_known(fact) && !fact->value;
}

static const Fact *passthrough_of(const CheckRun *run) {
        const ProfileXen *xen = &run->profile->xen;

        return run->guest->machine == MACHINE_XEN_PV ? &xen->passthrough_pv : &xen->passthrough_hvm;
}

/* Xen may use an IOMMU, but have no HVM: its PV guests can have devices. */
static bool put_no_hvm(CheckRun *run, const char *subject) {
        const ProfileXen *xen = &run->profile->xen;
        CheckFinding *f;

        if (run->guest->machine == MACHINE_XEN_PV || !is_no(&xen->hvm) ||
                        !fact_known(&xen->passthrough_pv) || !xen->passthrough_pv.value)
                return false;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, subject,
                        "cannot be assigned to an HVM guest: Xen on this host has no HVM");
        check_numbers(run, f, "VT-x or SVM is missing or disabled (xl info, virt_caps)");
        check_advice(run, f, "enable VT-x or SVM in firmware setup");
        return true;
}

/* False: nothing more can be said of devices. */
static bool check_passthrough(CheckRun *run, const char *subject) {
        const Fact *fact = passthrough_of(run);
        const FindingList *list = &run->profile->findings;
        CheckFinding *f;

        if (!fact_known(fact)) {
                check_missing_fact(run, "whether Xen uses an IOMMU", fact);
                return true;
        }
        if (fact->value)
                return true;
        if (put_no_hvm(run, subject))
                return false;
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, subject,
                        "cannot be assigned: Xen does not use an IOMMU on this host");
        check_numbers(run, f, "%s", fact->source);
        for (size_t i = 0; i < list->n; i++) {
                const int id = finding_id_from_string(list->findings[i].id);

                if (*list->findings[i].remedy &&
                                (id == FINDING_IOMMU_FIRMWARE_ONLY || id == FINDING_IOMMU_ABSENT))
                        check_advice(run, f, "%s", list->findings[i].remedy);
        }
        if (!f->remedy)
                check_advice(run, f,
                                "enable VT-d or AMD-Vi in firmware setup, and remove iommu=off from Xen's "
                                "command line");
        return false;
}

static bool same_address(const PciAddress *a, const PciAddress *b) {
        return a->domain == b->domain && a->bus == b->bus && a->device == b->device &&
                        a->function == b->function;
}

/* Another device with the same region; NULL: none. */
static const ProfileXenRegion *shared_with(
                const ProfileXen *xen, const ProfileXenRegion *region, const PciAddress *address) {
        for (size_t i = 0; i < xen->n_reserved; i++) {
                const ProfileXenRegion *other = &xen->reserved[i];

                if (other->has_device && other->start == region->start && other->end == region->end &&
                                !same_address(&other->device, address))
                        return other;
        }
        return NULL;
}

/* With VT-d, Xen refuses such a device unless its policy is relaxed. */
static bool put_shared(CheckRun *run, const GuestDevice *device) {
        const ProfileXen *xen = &run->profile->xen;
        const bool relaxed = guest_rdm_relaxed(run->guest, (size_t) (device - run->guest->devices));
        bool refused = false;

        for (size_t i = 0; i < xen->n_reserved; i++) {
                const ProfileXenRegion *region = &xen->reserved[i];
                const ProfileXenRegion *other = xen_region_is_shared(run->profile, i) &&
                                                same_address(&region->device, &device->address)
                                ? shared_with(xen, region, &device->address)
                                : NULL;
                char address[PCI_ADDRESS_TEXT_MAX];
                CheckFinding *f;

                if (!other)
                        continue;
                pci_address_format(&other->device, address, sizeof(address));
                f = check_find(run, RULE_RESERVED, relaxed ? VERDICT_WARNING : VERDICT_UNSAFE, device->name,
                                relaxed ? "its reserved memory region (RMRR) is another device's, too"
                                        : "cannot be assigned: its reserved memory region (RMRR) is "
                                          "another device's, too");
                check_numbers(run, f, "0x%" PRIx64 "-0x%" PRIx64 ", shared with %s", region->start,
                                region->end, address);
                check_advice(run, f,
                                "assign another device; rdm_policy=relaxed makes Xen accept it, but both "
                                "devices then reach the region");
                f->start = region->start;
                f->end = region->end;
                refused = true;
        }
        return refused;
}

static void put_not_handed_over(CheckRun *run, const GuestDevice *device, const ProfileDevice *host) {
        char address[PCI_ADDRESS_TEXT_MAX];
        CheckFinding *f;

        if (device->seized)
                return;
        pci_address_format(&host->address, address, sizeof(address));
        f = check_find(run, RULE_ASSIGNMENT, VERDICT_WARNING, device->name,
                        "not handed over to Xen yet: the guest does not start until it is");
        if (*host->driver)
                check_numbers(run, f, "its driver is %s, not pciback", host->driver);
        else
                check_numbers(run, f, "it has no driver; pciback is expected");
        check_advice(run, f, "xl pci-assignable-add %s", address);
}

static void put_refusal(CheckRun *run, const GuestDevice *device, const ProfileDevice *host) {
        switch (host->xen_why) {
        case ASSIGNABLE_WHY_NOT_HANDED_OVER:
                put_not_handed_over(run, device, host);
                return;
        case ASSIGNABLE_WHY_BRIDGES_ONLY:
                check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                                "cannot be assigned: Xen does not assign bridges");
                return;
        case ASSIGNABLE_WHY_NO_IOMMU:
                check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                                "cannot be assigned: it is not behind an IOMMU");
                return;
        case ASSIGNABLE_WHY_DIRECT_REGION:
                check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                                "cannot be assigned: firmware reserves a memory region for it (RMRR)");
                return;
        default:
                check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                                "cannot be assigned: Xen does not accept it");
        }
}

/* On a host whose Xen has no HVM, no device is assignable in the profile, which speaks of HVM guests: a PV guest can have one
 * that was handed over. */
static bool is_for_pv_only(const CheckRun *run, const ProfileDevice *host) {
        const ProfileXen *xen = &run->profile->xen;

        return run->guest->machine == MACHINE_XEN_PV && is_no(&xen->hvm) &&
                        fact_known(&xen->passthrough_pv) && xen->passthrough_pv.value &&
                        host->xen_why == ASSIGNABLE_WHY_NONE;
}

static void check_device_of_host(CheckRun *run, const GuestDevice *device) {
        const ProfileDevice *host = check_device_found(run, device);

        if (!host)
                return;
        if (host->header_type_known && host->header_type != 0) {
                check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, device->name,
                                "cannot be assigned: Xen does not assign bridges");
                return;
        }
        if (put_shared(run, device) || host->xen_assignable == TRISTATE_YES)
                return;
        if (is_for_pv_only(run, host)) {
                if (strcmp(host->driver, "pciback") != 0)
                        put_not_handed_over(run, device, host);
                return;
        }
        if (host->xen_assignable == TRISTATE_NO)
                put_refusal(run, device, host);
        else
                check_missing(run, "whether %s can be assigned", device->name);
}

/* Without an address it may be any that is, or can be, handed over. */
static void find_any(CheckRun *run, const char *subject) {
        const Profile *profile = run->profile;

        if (profile->devices_reason != REASON_NONE) {
                check_missing(run, "PCI devices of the host (%s)",
                                reason_to_string(profile->devices_reason));
                return;
        }
        for (size_t i = 0; i < profile->n_devices; i++)
                if (profile->devices[i].xen_assignable != TRISTATE_NO ||
                                profile->devices[i].xen_why == ASSIGNABLE_WHY_NOT_HANDED_OVER)
                        return;
        check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, subject, "no device of this host can be assigned");
}

static void rule_devices(CheckRun *run) {
        bool first = true, possible = true;

        if (run->profile->xen.role != XEN_ROLE_CONTROL)
                return;
        for (size_t i = 0; i < run->guest->n_devices; i++) {
                const GuestDevice *device = &run->guest->devices[i];

                if (!device->assigned || device->mediated)
                        continue;
                if (first)
                        possible = check_passthrough(run, device->name);
                if (first && possible && !device->has_address)
                        find_any(run, device->name);
                first = false;
                if (possible && device->has_address)
                        check_device_of_host(run, device);
        }
}

/* ── reserved memory ───────────────────────────────────────────────────────────────────────────────────── */

/* The policy is relaxed, and no device of strategy=host needs to be there. */
static void rule_lost(CheckRun *run) {
        const Layout *layout = run->layout;

        for (size_t i = 0; i < layout->n_lost && layout->starts; i++) {
                const LayoutLost *lost = &layout->lost[i];
                const bool own = lost->device >= 0 && (size_t) lost->device < run->guest->n_devices;
                CheckFinding *f = check_find(run, RULE_RESERVED, own ? VERDICT_WARNING : VERDICT_SAFE,
                                own ? run->guest->devices[lost->device].name : "guest",
                                own ? "its reserved memory region (RMRR) lies in the guest's RAM and is left out: "
                                      "what the device does with the region fails"
                                    : "reserved device memory of the host lies in the guest's RAM and is left out");

                check_numbers(run, f, "the region is 0x%" PRIx64 "-0x%" PRIx64 "; the policy is relaxed",
                                lost->start, lost->end);
                f->start = lost->start;
                f->end = lost->end;
        }
}

static void rule_all(CheckRun *run) {
        if (!vmm_of(run->guest)->hypervisor)
                return;
        rule_host(run);
        rule_width(run);
        rule_devices(run);
        rule_lost(run);
}

const CheckRule rules_hypervisor[] = { rule_all, NULL };
