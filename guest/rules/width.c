/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Rules on widths alone: does the host support the guest's addresses (R2), do the host's sources agree
 * (R13). */

#include <string.h>

#include "guest/rules/run.h"
#include "profile/architecture.h"

/* The range with the highest end. */
static const LayoutRange *highest(const Layout *layout) {
        const LayoutRange *best = NULL;

        for (size_t i = 0; i < layout->n; i++) {
                const LayoutRange *range = &layout->ranges[i];

                if (range->kind == LAYOUT_HOLE64 || range->kind == LAYOUT_RESERVED)
                        continue;
                if (!best || range->end > best->end)
                        best = range;
        }
        return best;
}

static void told_more(CheckRun *run, unsigned bits, const char *what) {
        const LayoutRange *top = highest(run->layout);
        CheckFinding *f;

        if (top && top->end > width_end(bits)) {
                f = check_find(run, RULE_WIDTH, VERDICT_UNSAFE, "guest",
                                "%s lies above this host's address width",
                                *top->label ? top->label : "the guest's memory");
                check_numbers(run, f, "it ends at 0x%" PRIx64 ", %s ends at 0x%" PRIx64 " (%u bits)",
                                top->end, what, width_end(bits), bits);
                f->start = top->start;
                f->end = top->end;
                return;
        }
        f = check_find(run, RULE_WIDTH, VERDICT_WARNING, "guest",
                        "the guest has more address bits than this host supports");
        check_numbers(run, f,
                        "the guest has %u bits, above %s: %u bits; all addresses used now are below the "
                        "limit",
                        run->layout->phys_bits, what, bits);
}

static bool same_architecture(const Guest *guest, const Profile *profile) {
        return guest->architecture == ARCHITECTURE_ARM64 ? profile_is_arm64(profile)
                                                         : profile_is_x86(profile);
}

/* Independent of width: the host cannot run such a guest with KVM. */
void check_kvm(CheckRun *run) {
        const ProfileHost *host = &run->profile->host;
        const ProfilePaging *paging = &run->profile->paging;
        const bool arm64 = run->guest->architecture == ARCHITECTURE_ARM64;
        CheckFinding *f;

        if (!run->guest->kvm)
                return;
        if (run->profile->xen.role == XEN_ROLE_CONTROL) {
                f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, "host",
                                "KVM cannot start guests on this host");
                check_numbers(run, f, "the host's kernel runs on Xen, which uses VT-x or SVM itself");
                check_advice(run, f, "run the guest with Xen, or boot the host without Xen");
        } else if (arm64 && !*host->architecture && !profile_is_arm64(run->profile))
                check_missing(run, "the host's architecture");
        else if (*host->architecture && !same_architecture(run->guest, run->profile)) {
                f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, "host",
                                "KVM on this host does not run %s guests", arm64 ? "arm64" : "x86");
                check_numbers(run, f, "the host's architecture is %s", host->architecture);
        } else if (arm64 && fact_known(&paging->second_level_enabled) &&
                        !paging->second_level_enabled.value) {
                f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, "host",
                                "KVM cannot start guests on this host");
                check_numbers(run, f, "%s", paging->second_level_enabled.source);
        } else if (fact_known(&paging->virtualisation_enabled) && !paging->virtualisation_enabled.value &&
                        !*paging->kvm_backend) {
                f = check_find(run, RULE_ASSIGNMENT, VERDICT_UNSAFE, "host",
                                "KVM cannot start guests on this host");
                check_numbers(run, f, "virtualisation is disabled: %s",
                                paging->virtualisation_enabled.source);
                if (!arm64 && fact_known(&paging->virtualisation_capable) &&
                                paging->virtualisation_capable.value)
                        check_advice(run, f, "enable VT-x or SVM in firmware setup");
        }
}

static void rule_told(CheckRun *run) {
        const Fact *offered = &run->profile->widths.guest_physical_bits;
        const Fact *mappable = &run->profile->widths.guest_mappable_bits;
        unsigned bits = run->layout->phys_bits, hint = run->layout->guest_phys_bits;
        CheckFinding *f;

        /* The width of an arm64 guest is KVM's limit itself. */
        if (!run->guest->kvm || bits == 0 || run->guest->architecture == ARCHITECTURE_ARM64)
                return;
        if (!fact_known(offered))
                check_missing_fact(run, "guestPhysicalBits", offered);
        if (!fact_known(mappable))
                check_missing_fact(run, "guestMappableBits", mappable);
        /* One that is known is enough for what exceeds it. */
        if (fact_known(offered) && bits > offered->value) {
                bool lower = fact_known(mappable) && mappable->value < offered->value;

                told_more(run, (unsigned) (lower ? mappable->value : offered->value),
                                "the width that KVM offers");
                return;
        }
        const LayoutRange *top = highest(run->layout);
        bool over = top && top->end > width_end((unsigned) mappable->value);
        if (fact_known(mappable) && bits > mappable->value &&
                        (over || hint == 0 || hint > mappable->value)) {
                told_more(run, (unsigned) mappable->value, "the width that second-level paging maps");
                return;
        }
        if (!fact_known(offered) || !fact_known(mappable))
                return;
        f = check_find(run, RULE_WIDTH, VERDICT_SAFE, "guest", "the guest's width is %s this host's",
                        bits == offered->value ? "equal to" : "below");
        check_numbers(run, f, "guest %u bits, host %" PRIu64 ", mappable %" PRIu64, bits, offered->value,
                        mappable->value);
}

/* libvirt does not define a domain of any type with <maxphysaddr mode='emulate'> above /proc/cpuinfo's
 * value. It ignores <qemu:commandline>. */
static bool rule_libvirt(CheckRun *run) {
        const Guest *guest = run->guest;
        const Fact *usable = &run->profile->widths.host_physical_bits;
        unsigned bits = guest->cpu.phys_bits;
        CheckFinding *f;

        if (guest->form.manager != MANAGER_LIBVIRT || guest->cpu.past_libvirt || bits <= usable->value)
                return false;
        f = check_find(run, RULE_CPUINFO, VERDICT_UNSAFE, "guest",
                        "libvirt rejects this width: it is above the width in /proc/cpuinfo");
        check_numbers(run, f, "<maxphysaddr mode='emulate'> has %u bits, /proc/cpuinfo reports %" PRIu64,
                        bits, usable->value);
        check_advice(run, f,
                        "use mode='passthrough'; to limit the width, add limit='%u' (libvirt 9.3 or later)",
                        bits);
        return true;
}

/* Memory encryption lowers /proc/cpuinfo's value. It limits the host's memory, not a guest's. */
static void rule_sources(CheckRun *run) {
        const Fact *raw = &run->profile->widths.cpu_physical_bits;
        const Fact *usable = &run->profile->widths.host_physical_bits;
        unsigned bits = run->layout->phys_bits;
        CheckFinding *f;

        if (run->guest->architecture != ARCHITECTURE_X86 || run->guest->cpu.width_mode != WIDTH_EXPLICIT ||
                        !fact_known(usable) || rule_libvirt(run) || !fact_known(raw))
                return;
        if (usable->value >= raw->value || bits < usable->value || bits > raw->value)
                return;
        if (bits == usable->value)
                f = check_find(run, RULE_CPUINFO, VERDICT_WARNING, "guest",
                                "its width is the one in /proc/cpuinfo, which is not the limit for guests");
        else
                f = check_find(run, RULE_CPUINFO, VERDICT_SAFE, "guest",
                                "libvirt, which relies on /proc/cpuinfo, rejects this width if it is set "
                                "explicitly");
        check_numbers(run, f,
                        "the guest has %u bits, /proc/cpuinfo reports %" PRIu64 ", CPUID and KVM %" PRIu64,
                        bits, usable->value, raw->value);
        if (bits == usable->value)
                check_advice(run, f, "memory encryption reduces only the host's address width");
}

const CheckRule rules_width[] = { check_kvm, rule_told, rule_sources, NULL };
