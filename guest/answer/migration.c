/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "guest/answer/search.h"
#include "profile/architecture.h"

static const char *const migration_kind_table[_MIGRATION_MAX] = {
        [MIGRATION_LIVE] = "live",
        [MIGRATION_OFFLINE] = "offline",
        [MIGRATION_HOTPLUG] = "hotplug",
};
WORDS_DEFINE(MigrationKind, migration_kind);

void migration_done(Migration *migration) {
        for (size_t i = 0; i < _MIGRATION_MAX; i++)
                check_done(&migration->answers[i]);
        *migration = (Migration){};
}

/* Addresses are the source's. On the target, each may be any assignable device. */
static int guest_elsewhere(const Guest *guest, Guest *ret) {
        Guest copy = *guest;

        copy.devices = NULL;
        /* What is assumed is said of this host only. */
        copy.assumed = NULL;
        copy.n_assumed = 0;
        if (guest->n_devices > 0) {
                copy.devices = malloc(guest->n_devices * sizeof(*copy.devices));
                if (!copy.devices)
                        return -ENOMEM;
                memcpy(copy.devices, guest->devices, guest->n_devices * sizeof(*copy.devices));
        }
        for (size_t i = 0; i < copy.n_devices; i++) {
                copy.devices[i].has_address = false;
                copy.devices[i].uuid[0] = 0;
        }
        *ret = copy;
        return 0;
}

static uint64_t highest_used(const Layout *layout) {
        uint64_t top = 0;

        for (size_t i = 0; i < layout->n; i++)
                if (layout->ranges[i].kind != LAYOUT_HOLE64 && layout->ranges[i].kind != LAYOUT_RESERVED &&
                                layout->ranges[i].end > top)
                        top = layout->ranges[i].end;
        return top;
}

static bool both_known(CheckRun *run, const Fact *source, const Fact *target, const char *name) {
        if (!fact_known(target))
                check_missing(run, "the target's %s (%s)", name, reason_to_string(target->reason));
        if (!fact_known(source))
                check_missing(run, "the source's %s (%s)", name, reason_to_string(source->reason));
        return fact_known(source) && fact_known(target);
}

/* Used addresses are needed now; other reported ones later (R2), unless guest-phys-bits limits them. */
static void live_mappable(CheckRun *run, unsigned mappable) {
        const Layout *layout = run->layout;
        uint64_t top = highest_used(layout);
        CheckFinding *f;

        if (top > width_end(mappable)) {
                f = check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "guest",
                                "it uses addresses that second-level paging of the target cannot map");
                check_numbers(run, f, "the highest is 0x%" PRIx64 ", the target maps %u bits", top,
                                mappable);
        } else if (layout->phys_bits > mappable &&
                        (layout->guest_phys_bits == 0 || layout->guest_phys_bits > mappable)) {
                f = check_find(run, RULE_MIGRATION, VERDICT_WARNING, "guest",
                                "it has more address bits than second-level paging of the target maps");
                check_numbers(run, f,
                                "the guest has %u bits, the target maps %u; all addresses used now are "
                                "below the limit",
                                layout->phys_bits, mappable);
        }
}

/* The effective width of "as the host". */
static uint64_t as_host(const Guest *guest, const Fact *offered) {
        unsigned limit = guest->cpu.limit;

        return limit && limit < offered->value ? limit : offered->value;
}

/* libvirt on the source rejects an explicit width above /proc/cpuinfo's. */
static void set_width(CheckRun *run, CheckFinding *finding, const Profile *source, uint64_t bits) {
        const Fact *cpuinfo = &source->widths.host_physical_bits;
        bool from_host = run->guest->kvm && vmm_of(run->guest)->width_modes &&
                        run->guest->form.manager != MANAGER_COMMAND_LINE && fact_known(cpuinfo) &&
                        bits > cpuinfo->value;
        const Change change = { from_host ? CHANGE_WIDTH_HOST : CHANGE_WIDTH, bits };
        Guest changed = *run->guest;

        finding->changed = change_apply(&change, &changed);
        finding->change = change;
}

/* Renders changes in the guest's own form. */
static int put_forms(const Guest *guest, Check *check) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < check->n; i++) {
                char note[REMEDY_NOTE_MAX];

                if (check->findings[i].changed)
                        r = remedy_put_forms(guest, &check->findings[i], note);
        }
        return r;
}

static void live_widths(CheckRun *run, const Profile *source) {
        const ProfileWidths *from = &source->widths, *to = &run->profile->widths;
        unsigned bits = run->layout->phys_bits;
        CheckFinding *f;

        if (bits == 0)
                check_missing(run, "the guest's address width");
        if (both_known(run, &from->guest_physical_bits, &to->guest_physical_bits, "guestPhysicalBits")) {
                if (bits > to->guest_physical_bits.value) {
                        f = check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "guest",
                                        "it has more address bits than the target supports");
                        check_numbers(run, f, "the guest has %u bits, the target supports %" PRIu64, bits,
                                        to->guest_physical_bits.value);
                        check_advice(run, f, "start it on the source with at most %" PRIu64 " bits",
                                        to->guest_physical_bits.value);
                        set_width(run, f, source, to->guest_physical_bits.value);
                } else if (run->guest->cpu.width_mode == WIDTH_HOST && vmm_of(run->guest)->width_modes &&
                                as_host(run->guest, &from->guest_physical_bits) !=
                                                as_host(run->guest, &to->guest_physical_bits)) {
                        f = check_find(run, RULE_MIGRATION, VERDICT_WARNING, "guest",
                                        "the guest uses the host's address width, which differs on the target");
                        check_numbers(run, f,
                                        "source %" PRIu64 " bits, target %" PRIu64
                                        " bits; the guest keeps %u",
                                        from->guest_physical_bits.value, to->guest_physical_bits.value,
                                        bits);
                        check_advice(run, f, "set the same limit on every host");
                        set_width(run, f, source,
                                        from->guest_physical_bits.value < to->guest_physical_bits.value
                                                        ? from->guest_physical_bits.value
                                                        : to->guest_physical_bits.value);
                }
        }
        if (both_known(run, &from->guest_mappable_bits, &to->guest_mappable_bits, "guestMappableBits"))
                live_mappable(run, (unsigned) to->guest_mappable_bits.value);
}

bool live_architectures(CheckRun *run, const Profile *source) {
        const char *from = source->host.architecture, *to = run->profile->host.architecture;

        if (!*from || !*to)
                check_missing(run, "a host's architecture");
        else if (strcmp(from, to) != 0)
                check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "host",
                                "the hosts have different architectures");
        return *from && strcmp(from, to) == 0;
}

void live_vendors(CheckRun *run, const Profile *source) {
        const CpuVendor a = source->host.vendor, b = run->profile->host.vendor;

        if (a == CPU_VENDOR_UNKNOWN || b == CPU_VENDOR_UNKNOWN)
                check_missing(run, "a host's CPU vendor");
        else if (a != b)
                check_numbers(run,
                                check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "host",
                                                "the hosts have CPUs of different vendors"),
                                "%s and %s", cpu_vendor_to_string(a), cpu_vendor_to_string(b));
}

static void live_processors(CheckRun *run, const Profile *source) {
        const Fact *from = &source->paging.la57_capable, *to = &run->profile->paging.la57_capable;

        live_architectures(run, source);
        live_vendors(run, source);
        if (run->guest->cpu.la57 == TRISTATE_NO || !fact_known(from) || !from->value)
                return;
        if (!fact_known(to))
                check_missing(run, "whether the target supports five-level paging");
        else if (!to->value)
                check_find(run, RULE_MIGRATION,
                                run->guest->cpu.la57 == TRISTATE_YES ? VERDICT_UNSAFE : VERDICT_WARNING,
                                "guest",
                                "the target does not support five-level paging: a guest that uses it cannot "
                                "continue");
}

static void live(CheckRun *run, const Profile *source) {
        if (vmm_of(run->guest)->hypervisor) {
                live_hypervisor(run, source);
                return;
        }
        /* Without KVM the guest's CPU and addresses do not depend on the host. */
        if (run->guest->kvm && run->guest->architecture == ARCHITECTURE_ARM64)
                live_arm64(run, source);
        else if (run->guest->kvm) {
                live_widths(run, source);
                live_processors(run, source);
        }
        /* QEMU: "SEV: Migration is not implemented"; same for the others and in Cloud Hypervisor. */
        if (run->guest->confidential != CONFIDENTIAL_NONE)
                check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "guest",
                                "confidential guests do not support live migration");
        if (run->assigned)
                check_find(run, RULE_ASSIGNMENT, VERDICT_WARNING, "guest",
                                "it has assigned devices: live migration works only with drivers that can "
                                "save the device state");
}

/* The VMM's memory behind a BAR is mapped like RAM. */
static bool is_memory(const Guest *guest, const LayoutRange *range) {
        if (range->kind == LAYOUT_RAM || range->kind == LAYOUT_HOTPLUG || range->kind == LAYOUT_CXL)
                return true;
        return range->kind == LAYOUT_BAR && range->device >= 0 && range->bar >= 0 &&
                        guest->devices[range->device].bars[range->bar].ram;
}

static void hotplug_range(CheckRun *run, const Guest *guest, const LayoutRange *range) {
        bool memory = is_memory(guest, range);
        Verdict verdict;
        Range outside;
        CheckFinding *f;

        if (!memory && range->kind != LAYOUT_WINDOW64)
                return;
        if (!range_outside(&run->anywhere, range->start, range->end, &outside))
                return;
        /* Its allocator starts at the top: unreachable lower addresses are used last. */
        if (!memory && run->layout->vmm_places &&
                        !range_outside(&run->anywhere, range->end, range->end, &outside))
                return;
        verdict = memory                         ? reach_memory_verdict(guest, range, &outside)
                        : guest_p2p_fatal(guest) ? VERDICT_UNSAFE
                                                 : VERDICT_WARNING;
        f = check_find(run, RULE_MIGRATION, verdict, "guest",
                        !memory ? "no peer-to-peer DMA to BARs of devices that are plugged in on the target"
                                        : verdict == VERDICT_UNSAFE
                                        ? "a device that is plugged in on the target cannot address the "
                                          "guest's memory: the VMM rejects it"
                                        : "a device that is plugged in on the target cannot address memory "
                                          "that may be plugged in later");
        check_numbers(run, f, "0x%" PRIx64 "-0x%" PRIx64 "; the target's devices cannot address 0x%" PRIx64,
                        range->start, range->end, outside.start);
        f->start = outside.start;
        f->end = outside.end;
}

/* The source's layout with the target's devices. */
static void hotplug(CheckRun *run, const Guest *guest) {
        unsigned bits = guest_viommu_bits(guest);
        Verdict verdict;

        if (run->n_reaches == 0) {
                if (run->check->n_missing == 0)
                        check_find(run, RULE_MIGRATION, VERDICT_UNSAFE, "host",
                                        "the target has no IOMMU: no device can be plugged in");
                return;
        }
        device_find_any(run, "host");
        for (size_t i = 0; i < run->layout->n; i++)
                hotplug_range(run, guest, &run->layout->ranges[i]);
        verdict = guest_viommu_verdict(guest, reach_bits(&run->reaches[0]));
        if (verdict != VERDICT_SAFE)
                check_numbers(run,
                                check_find(run, RULE_VIOMMU, verdict, "guest",
                                                "its IOMMU is wider than the target's%s",
                                                verdict == VERDICT_UNSAFE ? ": a device is rejected" : ""),
                                "aw-bits %u > host aw-bits %u", bits, reach_bits(&run->reaches[0]));
}

/* Nothing else that may be said of the hosts matters then. */
static bool hosts_apart(const Guest *guest, const Profile *source, const Profile *target) {
        return guest->kvm &&
                        ((profile_is_arm64(source) && profile_is_x86(target)) ||
                                        (profile_is_x86(source) && profile_is_arm64(target)));
}

static int answer(const Guest *guest, const Check *here, const Profile *source, const Profile *target,
                MigrationKind kind, Check *ret) {
        GuestDevice any = { .name = "device", .assigned = true };
        Guest plugged = *guest;
        const ProfileDevice *nowhere[] = { NULL };
        CheckRun run = {
                .guest = guest, .profile = target, .places = nowhere, .layout = &here->layout, .check = ret
        };

        if (hosts_apart(guest, source, target)) {
                check_find(&run, RULE_MIGRATION, VERDICT_UNSAFE, "host",
                                "the hosts have different architectures");
                return check_finish(&run);
        }
        for (size_t i = 0; i < guest->n_devices; i++)
                run.assigned = run.assigned || guest->devices[i].assigned;
        if (kind == MIGRATION_LIVE)
                live(&run, source);
        else if (vmm_of(guest)->hypervisor && guest->xen.passthrough != TRISTATE_YES && !run.assigned)
                /* Xen gives a guest the IOMMU's tables at its start, or never. */
                check_find(&run, RULE_MIGRATION, VERDICT_SAFE, "guest",
                                "no device can be plugged in: the guest started without passthrough");
        else {
                plugged.devices = &any;
                plugged.n_devices = 1;
                run.guest = &plugged;
                reach_collect(&run);
                hotplug(&run, guest);
        }
        run.guest = guest;
        /* The window decides what can be plugged in. */
        check_missing_inputs(&run, kind == MIGRATION_HOTPLUG || check_has_missing(here, VERSION_MISSING),
                        kind == MIGRATION_HOTPLUG || check_has_missing_vmm(here, guest));
        reach_release(&run);
        return check_finish(&run);
}

static int migrate(const Guest *guest, const Check *here, const Profile *source, const Profile *target,
                bool remedies, Migration *ret) {
        Migration migration = {};
        Guest elsewhere;
        int r = guest_elsewhere(guest, &elsewhere);

        if (r < 0)
                return r;
        r = (remedies ? check_guest : check_findings)(
                        &elsewhere, target, &migration.answers[MIGRATION_OFFLINE]);
        free(elsewhere.devices);
        if (r >= 0)
                r = answer(guest, here, source, target, MIGRATION_LIVE, &migration.answers[MIGRATION_LIVE]);
        if (r >= 0 && remedies)
                r = put_forms(guest, &migration.answers[MIGRATION_LIVE]);
        if (r >= 0)
                r = answer(guest, here, source, target, MIGRATION_HOTPLUG,
                                &migration.answers[MIGRATION_HOTPLUG]);
        if (r < 0) {
                migration_done(&migration);
                return r;
        }
        for (size_t i = 0; i < _MIGRATION_MAX; i++)
                if (migration.answers[i].verdict > migration.verdict)
                        migration.verdict = migration.answers[i].verdict;
        *ret = migration;
        return 0;
}

int check_migration(const Guest *guest, const Check *here, const Profile *source, const Profile *target,
                Migration *ret) {
        return migrate(guest, here, source, target, true, ret);
}

int check_migration_findings(const Guest *guest, const Check *here, const Profile *source,
                const Profile *target, Migration *ret) {
        return migrate(guest, here, source, target, false, ret);
}
