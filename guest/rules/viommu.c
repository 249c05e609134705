/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* R5: the width of the guest's own IOMMU against the host's. */

#include "guest/rules/run.h"

unsigned guest_viommu_bits(const Guest *guest) {
        return vmm_of(guest)->viommu(guest).bits;
}

/* For any device: widths that the vIOMMU does not support. */
static void rule_viommu_width(CheckRun *run) {
        const VmmViommu viommu = vmm_of(run->guest)->viommu(run->guest);
        unsigned bits = run->guest->viommu.aw_bits;
        CheckFinding *f;

        if (!bits || !viommu.aw_bits)
                return;
        if (viommu.only_ends ? bits == viommu.narrowest || bits == viommu.widest
                             : bits >= viommu.narrowest && bits <= viommu.widest)
                return;
        f = check_find(run, RULE_VIOMMU, VERDICT_UNSAFE, "guest",
                        "%s rejects the guest's IOMMU: unsupported address width", vmm_of(run->guest)->name);
        if (viommu.narrowest == viommu.widest)
                check_numbers(run, f, "aw-bits is %u; this version supports only %u", bits, viommu.widest);
        else
                check_numbers(run, f, "aw-bits is %u; supported: %u %s %u", bits, viommu.narrowest,
                                viommu.only_ends ? "and" : "to", viommu.widest);
}

Verdict guest_viommu_verdict(const Guest *guest, unsigned host_bits) {
        const VmmViommu viommu = vmm_of(guest)->viommu(guest);

        if (viommu.bits <= host_bits || guest->viommu.dma_translation == TRISTATE_NO)
                return VERDICT_SAFE;
        return viommu.wider_refused || viommu.wider_fails ? VERDICT_UNSAFE
                        : viommu.wider_warns              ? VERDICT_WARNING
                                                          : VERDICT_SAFE;
}

static void rule_viommu(CheckRun *run) {
        const Guest *guest = run->guest;
        unsigned bits = guest_viommu_bits(guest);
        bool fails = vmm_of(guest)->viommu(guest).wider_fails;

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
                                guest->devices[run->reaches[i].device].name, "%s%s",
                                !fails && (refused || doubt) ? vmm_of(guest)->name : "",
                                fails ? "the guest may use addresses that the host's IOMMU does not support"
                                                : refused
                                                ? " rejects the device: the guest's IOMMU is wider than the host's"
                                                : doubt
                                                ? " may reject the device: the guest's IOMMU may be wider than the host's"
                                                : "the guest's IOMMU is wider than the host's");
                check_numbers(run, f, "aw-bits %u > host aw-bits %u%s", bits, host,
                                bits == host + 1
                                                ? " (one less than its registers report: first-stage tables)"
                                                : "");
                return;
        }
}

const CheckRule rules_viommu[] = { rule_viommu_width, rule_viommu, NULL };
