/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R5: the width of the guest's own IOMMU against the host's. */

#include "guest/rules/viommu.h"
#include "guest/rules/out-of-reach.h"
#include "guest/rules/run.h"
#include "guest/vmm/policy.h"

unsigned guest_viommu_bits(const Guest *guest) {
        const GuestViommu *viommu = &guest->viommu;

        if (viommu->aw_bits)
                return viommu->aw_bits;
        if (viommu->kind == VIOMMU_INTEL)
                return policy_viommu(
                                viommu->kind, guest->machine, guest->machine_version, guest->vmm_version)
                                .aw_bits;
        /* QEMU's virtio-iommu tells the guest the host's ranges: its width refuses nothing. */
        return viommu->kind == VIOMMU_VIRTIO && guest->vmm == VMM_CLOUD_HYPERVISOR ? 64 : 0;
}

/* Whatever is assigned: a width that the vIOMMU does not come in. */
static void rule_viommu_width(CheckRun *run) {
        const Guest *guest = run->guest;
        const ViommuPolicy policy = policy_viommu(
                        guest->viommu.kind, guest->machine, guest->machine_version, guest->vmm_version);
        unsigned bits = guest->viommu.aw_bits;
        CheckFinding *f;

        if (guest->vmm != VMM_QEMU || !bits || !policy.aw_bits)
                return;
        if (policy.only_ends ? bits == policy.narrowest || bits == policy.widest
                             : bits >= policy.narrowest && bits <= policy.widest)
                return;
        f = check_find(run, RULE_VIOMMU, VERDICT_UNSAFE, "guest",
                        "QEMU rejects the guest's IOMMU: unsupported address width");
        if (policy.narrowest == policy.widest)
                check_numbers(run, f, "aw-bits is %u; this version supports only %u", bits, policy.widest);
        else
                check_numbers(run, f, "aw-bits is %u; supported: %u %s %u", bits, policy.narrowest,
                                policy.only_ends ? "and" : "to", policy.widest);
}

Verdict guest_viommu_verdict(const Guest *guest, unsigned host_bits) {
        unsigned bits = guest_viommu_bits(guest);
        bool qemu = guest->vmm == VMM_QEMU;

        if (bits <= host_bits || (qemu && guest->viommu.kind != VIOMMU_INTEL) ||
                        guest->viommu.dma_translation == TRISTATE_NO)
                return VERDICT_SAFE;
        return qemu &&
                                        !policy_qemu(guest->machine, guest->machine_version,
                                                        guest->vmm_version)
                                                         .checks_aw_bits
                        ? VERDICT_WARNING
                        : VERDICT_UNSAFE;
}

static void rule_viommu(CheckRun *run) {
        const Guest *guest = run->guest;
        unsigned bits = guest_viommu_bits(guest);
        bool qemu = guest->vmm == VMM_QEMU;

        for (size_t i = 0; i < run->n_reaches; i++) {
                unsigned host = reach_bits(&run->reaches[i]);
                Verdict verdict = guest_viommu_verdict(guest, host),
                        widest = guest_viommu_verdict(guest, run->reaches[i].at_most);
                bool doubt = verdict == VERDICT_UNSAFE && widest == VERDICT_SAFE;
                bool refused = verdict == VERDICT_UNSAFE && !doubt;
                CheckFinding *f;

                if (verdict == VERDICT_SAFE || !run->reaches[i].translated)
                        continue;
                f = check_find(run, RULE_VIOMMU, doubt ? VERDICT_WARNING : verdict,
                                guest->devices[run->reaches[i].device].name,
                                !qemu ? "the guest may use addresses that the host's IOMMU does not support"
                                                : refused
                                                ? "QEMU rejects the device: the guest's IOMMU is wider than "
                                                  "the host's"
                                                : doubt
                                                ? "QEMU may reject the device: the guest's IOMMU may be "
                                                  "wider than the host's"
                                                : "the guest's IOMMU is wider than the host's");
                check_numbers(run, f, "aw-bits %u > host aw-bits %u%s", bits, host,
                                bits == host + 1
                                                ? " (one less than its registers report: first-stage tables)"
                                                : "");
                return;
        }
}

const CheckRule rules_viommu[] = { rule_viommu_width, rule_viommu, NULL };
