/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What QEMU's virt machine needs of KVM on the host: the interrupt controller (R12), the CPU (R1). */

#include <string.h>

#include "guest/machine.h"
#include "guest/rules/run.h"
#include "probe/cleanup.h"
#include "profile/architecture.h"

#define GICV2_CPUS 8U
#define IMPLEMENTER_ARM 0x41

static bool asks_kvm(const CheckRun *run) {
        return run->guest->machine == MACHINE_VIRT && run->guest->kvm && profile_is_arm64(run->profile) &&
                        run->guest->n_refused == 0;
}

/* ── R12 ───────────────────────────────────────────────────────────────────────────────────────────────── */

static uint32_t count_cpus(const GuestVirt *virt) {
        return virt->max_cpus > virt->cpus ? virt->max_cpus : virt->cpus;
}

static void refuse_gic3(CheckRun *run) {
        CheckFinding *f = check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                        "the guest does not start: KVM on the host does not support GICv3");

        check_numbers(run, f, "gic-version is 3; the host's interrupt controller is a GICv2");
        check_advice(run, f, "remove gic-version, or set it to 2 or host; use at most %u CPUs", GICV2_CPUS);
}

static void refuse_cpus(CheckRun *run, uint32_t cpus) {
        CheckFinding *f = check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                        "the guest does not start: more CPUs than the host's interrupt controller supports");

        check_numbers(run, f, "%" PRIu32 " CPUs; the maximum with GICv2 is %u", cpus, GICV2_CPUS);
        check_advice(run, f, "use at most %u CPUs, or a host with a GICv3", GICV2_CPUS);
}

/* KVM emulates the version of the host's interrupt controller; GICv2 also where a GICv3 supports it. */
static void rule_gic(CheckRun *run) {
        const Fact *host = &run->profile->host.gic_version;
        const uint8_t version = run->guest->virt.gic_version;
        const uint32_t cpus = count_cpus(&run->guest->virt);
        const bool known = fact_known(host), gic2 = known && host->value == 2;

        if (!asks_kvm(run))
                return;
        if (version == 2) {
                if (!gic2)
                        check_missing(run, "whether KVM on the host supports GICv2");
        } else if (version > 2 && version <= 4) {
                if (gic2)
                        refuse_gic3(run);
                else if (!known)
                        check_missing(run, "whether the host's interrupt controller is a GICv%u", version);
        } else if (cpus > GICV2_CPUS) {
                if (gic2)
                        refuse_cpus(run, cpus);
                else if (!known)
                        check_missing(run,
                                        "whether the host's interrupt controller supports more than %u CPUs",
                                        GICV2_CPUS);
        }
}

/* Since 11.1 QEMU refuses GICv2 with an ITS, in 10.1 to 11.0 it may. */
static void rule_its(CheckRun *run) {
        const Fact *host = &run->profile->host.gic_version;
        const GuestVirt *virt = &run->guest->virt;
        const GuestVersion program = run->guest->vmm_version;

        if (!asks_kvm(run) || virt->its != TRISTATE_YES || virt->gic_version == 2 ||
                        virt->gic_version == 3 ||
                        (guest_version_known(&program) && !version_reaches(program, 10, 1, 0)))
                return;
        if (!fact_known(host) || host->value == 2 || virt->gic_version == GIC_DEFAULT)
                check_missing(run,
                                "whether the guest's interrupt controller is a GICv3, as its=on requires");
}

/* ── R1: CPU features ──────────────────────────────────────────────────────────────────────────────────── */

/* Cores of ARM without memory tagging, which came with ARMv9 (their reference manuals, ID_AA64PFR1_EL1.MTE). */
static bool lacks_tags(const ProfileHost *host) {
        static const uint16_t parts[] = { 0xd03, 0xd04, 0xd05, 0xd07, 0xd08, 0xd09, 0xd0a, 0xd0b, 0xd0c,
                0xd0d, 0xd40, 0xd41, 0xd44 };

        if (!fact_known(&host->implementer) || !fact_known(&host->part) ||
                        host->implementer.value != IMPLEMENTER_ARM)
                return false;
        for (size_t i = 0; i < ELEMENTS(parts); i++)
                if (host->part.value == parts[i])
                        return true;
        return false;
}

/* The start itself refuses what no release has. */
static void rule_features(CheckRun *run) {
        const GuestVirt *virt = &run->guest->virt;
        CheckFinding *f;

        if (!asks_kvm(run) || !run->layout->starts)
                return;
        if (virt->virtualization == TRISTATE_YES)
                check_missing(run,
                                "whether KVM on the host supports guests within guests (virtualization=on)");
        if (virt->mte != TRISTATE_YES)
                return;
        if (!lacks_tags(&run->profile->host)) {
                check_missing(run, "whether KVM on the host supports memory tagging (mte=on)");
                return;
        }
        f = check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                        "the guest does not start: the host's CPU has no memory tagging");
        check_numbers(run, f, "mte=on");
        check_advice(run, f, "remove mte=on");
}

/* ── R1: CPU models ────────────────────────────────────────────────────────────────────────────────────── */

/* Those that KVM has a target for, by part of ARM's implementer. */
static bool is_host_part(const CheckRun *run, const char *model, bool *ret_known) {
        static const struct {
                const char *model;
                uint64_t part;
        } targets[] = { { "cortex-a53", 0xd03 }, { "cortex-a57", 0xd07 } };
        const ProfileHost *host = &run->profile->host;
        const Fact *implementer = &host->implementer, *part = &host->part, *kinds = &host->cpu_kinds;

        *ret_known = true;
        for (size_t i = 0; i < ELEMENTS(targets); i++) {
                if (strcmp(model, targets[i].model) != 0)
                        continue;
                /* Of several kinds, a virtual CPU may start on any. */
                *ret_known = fact_known(implementer) && fact_known(part) && fact_known(kinds) &&
                                kinds->value == 1;
                return *ret_known && implementer->value == IMPLEMENTER_ARM && part->value == targets[i].part;
        }
        return false;
}

/* kvm_arch_init_vcpu() has no target for other models; the default, cortex-a15, is one of these. */
static void rule_cpu(CheckRun *run) {
        const char *model = run->guest->cpu.model;
        bool known;

        if (!asks_kvm(run) || strcmp(model, "host") == 0 || strcmp(model, "max") == 0 ||
                        strcmp(model, "host-model") == 0 || is_host_part(run, model, &known))
                return;
        if (!known) {
                check_missing(run, "whether the host's CPU is a %s, as the guest's", model);
                return;
        }
        CheckFinding *f = check_find(run, RULE_START, VERDICT_UNSAFE, "guest",
                        "the guest does not start: KVM does not run CPU model %s", model);

        check_numbers(run, f, "KVM on arm64 runs the host's own CPU model");
        check_advice(run, f,
                        "use the host's CPU model: -cpu host, in libvirt <cpu mode='host-passthrough'/>");
}

const CheckRule rules_virt_host[] = { rule_gic, rule_its, rule_features, rule_cpu, NULL };
