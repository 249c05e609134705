/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive-steps.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/decode/amdvi/amdvi-efr.h"
#include "probe/decode/amdvi/amdvi-features.h"
#include "probe/decode/amdvi/amdvi-width.h"
#include "probe/decode/vtd/vtd-cap.h"
#include "probe/decode/vtd/vtd-ecap.h"
#include "probe/decode/vtd/vtd-width.h"

static Fact from_register(const RegisterFact *fact, const char *unit, const char *file) {
        if (fact->reason == REASON_NONE)
                return fact_measured(fact->value, "/sys/class/iommu/%s/%s", unit, file);
        return fact_unknown(fact->reason, "/sys/class/iommu/%s/%s", unit, file);
}

static Fact not_applicable(const char *what) {
        return fact_unknown(REASON_NOT_APPLICABLE, "%s", what);
}

/* ── Intel VT-d ────────────────────────────────────────────────────────────────────────────────────────── */

static void derive_intel_bits(const VtdCap *cap, const VtdEcap *ecap, ProfileIommu *ret) {
        unsigned second = vtd_second_stage_bits(cap), first;

        ret->second_stage_bits = second > 0
                        ? fact_derived(second, "min(MGAW %u, SAGAW %u)", vtd_mgaw_bits(cap),
                                          vtd_sagaw_bits(cap))
                        : fact_unknown(REASON_MALFORMED,
                                          "CAP.MGAW and SAGAW leave no usable page-table depth");
        if (!ecap) {
                ret->first_stage_bits = fact_unknown(ret->ecap.reason, "%s", ret->ecap.source);
                ret->bits = fact_unknown(ret->ecap.reason, "%s", ret->ecap.source);
                return;
        }
        first = vtd_first_stage_bits(cap, ecap);
        ret->first_stage_bits = first > 0
                        ? fact_derived(first, "min(MGAW %u, first stage %u) - 1, the lower half",
                                          vtd_mgaw_bits(cap), cap->fs5lp ? 57U : 48U)
                        : not_applicable("ECAP.SMTS and ECAP.FSTS: no first stage");
        if (second == 0 && first == 0)
                ret->bits = ret->second_stage_bits;
        else if (first > 0 && (second == 0 || first < second))
                ret->bits = fact_derived(first, "first stage, which newer kernels prefer in scalable mode");
        else
                ret->bits = fact_derived(second, "second stage: %.100s", ret->second_stage_bits.source);
}

static void derive_intel(const IommuFact *fact, ProfileIommu *ret) {
        VtdEcap ecap;
        VtdCap cap;

        ret->kind = IOMMU_INTEL_VTD;
        ret->address = from_register(&fact->address, fact->name, "intel-iommu/address");
        ret->cap = from_register(&fact->cap, fact->name, "intel-iommu/cap");
        ret->ecap = from_register(&fact->ecap, fact->name, "intel-iommu/ecap");
        ret->version_major = from_register(&fact->version_major, fact->name, "intel-iommu/version");
        ret->version_minor = from_register(&fact->version_minor, fact->name, "intel-iommu/version");
        vtd_ecap_decode(ret->ecap.value, &ecap);
        vtd_cap_decode(ret->cap.value, &cap);

        if (fact_known(&ret->cap)) {
                ret->caching_mode = fact_measured(cap.cm, "CAP.CM");
                derive_intel_bits(&cap, fact_known(&ret->ecap) ? &ecap : NULL, ret);
        } else {
                ret->caching_mode = ret->second_stage_bits = ret->first_stage_bits = ret->bits = ret->cap;
        }
        ret->interrupt_remapping_capable =
                        fact_known(&ret->ecap) ? fact_measured(ecap.ir, "ECAP.IR") : ret->ecap;
}

/* ── AMD-Vi ────────────────────────────────────────────────────────────────────────────────────────────── */

static void derive_amd(const Facts *facts, const IommuFact *fact, ProfileIommu *ret) {
        const CpuFacts *cpu = &facts->cpu;
        bool la57 = cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.la57;
        AmdviEfr efr;

        ret->kind = IOMMU_AMD_VI;
        ret->capability = from_register(&fact->capability, fact->name, "amd-iommu/cap");
        ret->caching_mode = fact_known(&ret->capability)
                        ? fact_measured(amdvi_capability_np_cache((uint32_t) fact->capability.value),
                                          "capability header NpCache")
                        : ret->capability;
        if (fact->features_reason != REASON_NONE) {
                ret->efr = fact_unknown(
                                fact->features_reason, "/sys/class/iommu/%s/amd-iommu/features", fact->name);
                ret->efr2 = ret->interrupt_remapping_capable = ret->efr;
                ret->second_stage_bits = ret->first_stage_bits = ret->bits = ret->efr;
                return;
        }
        ret->efr = fact_measured(fact->features.efr, "/sys/class/iommu/%s/amd-iommu/features", fact->name);
        ret->efr2 = fact->features.has_efr2
                        ? fact_measured(fact->features.efr2, "/sys/class/iommu/%s/amd-iommu/features",
                                          fact->name)
                        : fact_unknown(REASON_UNSUPPORTED_KERNEL, "/sys/class/iommu/%s/amd-iommu/features",
                                          fact->name);
        amdvi_efr_decode(fact->features.efr, &efr);

        unsigned host = amdvi_host_table_bits(&efr), guest = amdvi_guest_table_bits(&efr, la57);
        ret->second_stage_bits = host > 0
                        ? fact_derived(host, "EFR.HATS %u: %u levels", (unsigned) efr.hats,
                                          amdvi_host_levels(&efr))
                        : fact_unknown(REASON_NOT_APPLICABLE, "EFR.HATS 3: no host page table");
        ret->first_stage_bits = guest > 0
                        ? fact_derived(guest, "EFR.GATS %u, the canonical lower half", (unsigned) efr.gats)
                        : not_applicable("EFR.GT: no guest page table");
        ret->bits = fact_known(&ret->second_stage_bits)
                        ? fact_derived(host, "host page table: %.100s", ret->second_stage_bits.source)
                        : ret->first_stage_bits;
        /* Every AMD-Vi unit remaps interrupts; none has a bit to say so. */
        ret->interrupt_remapping_capable = fact_assumed(1, "AMD-Vi units all have interrupt remapping");
}

/* ── the rest ──────────────────────────────────────────────────────────────────────────────────────────── */

static IommuKind kind_of(const IommuFact *fact) {
        if (fact->virtio)
                return IOMMU_VIRTIO;
        if (strncmp(fact->name, "smmu3.", 6) == 0)
                return IOMMU_ARM_SMMU_V3;
        if (strncmp(fact->name, "smmu.", 5) == 0)
                return IOMMU_ARM_SMMU;
        return IOMMU_OTHER;
}

static void derive_other(const IommuFact *fact, ProfileIommu *ret) {
        ret->kind = kind_of(fact);
        ret->bits = not_applicable("its driver publishes no width in sysfs");
        ret->second_stage_bits = ret->first_stage_bits = ret->bits;
        ret->interrupt_remapping_capable = ret->caching_mode =
                        not_applicable("its driver publishes no registers");
}

static void blank_registers(ProfileIommu *ret) {
        Fact none = not_applicable("not a register of this kind of unit");

        ret->address = ret->version_major = ret->version_minor = none;
        ret->cap = ret->ecap = ret->capability = ret->efr = ret->efr2 = none;
}

static void derive_interrupt_remapping(const IommuFacts *facts, ProfileIommu *ret) {
        if (facts->interrupt_remapping == TRISTATE_UNKNOWN)
                ret->interrupt_remapping_enabled = fact_unknown(
                                facts->interrupt_remapping_reason, "/sys/kernel/irq/*/chip_name");
        else
                ret->interrupt_remapping_enabled = fact_measured(facts->interrupt_remapping == TRISTATE_YES,
                                "/sys/kernel/irq/*/chip_name %s",
                                facts->interrupt_remapping == TRISTATE_YES ? "starts with IR-"
                                                                           : "does not start with IR-");
}

/* VT-d units join their DRHD by the register base, never by the number in the name. */
static int firmware_unit(const Profile *profile, const ProfileIommu *iommu) {
        const Dmar *dmar = &profile->firmware.dmar;

        if (iommu->kind == IOMMU_INTEL_VTD && fact_known(&iommu->address) &&
                        profile->firmware.dmar_reason == REASON_NONE)
                for (size_t i = 0; i < dmar->n_units; i++)
                        if (dmar->units[i].base == iommu->address.value)
                                return (int) i;
        return -1;
}

static void count_devices(const IommuFact *fact, ProfileIommu *ret) {
        PciAddress address;

        ret->devices_reason = fact->devices_reason;
        ret->n_devices = (uint32_t) fact->devices.n;
        for (size_t i = 0; i < fact->devices.n; i++)
                ret->n_pci_devices +=
                                pci_address_parse((Bytes){ .data = (const uint8_t *) fact->devices.names[i],
                                                                  .n = strlen(fact->devices.names[i]) },
                                                &address);
}

int derive_iommus(Facts *facts, Profile *profile) {
        IommuFacts *iommus = &facts->iommu;

        profile->iommus_reason = iommus->reason;
        if (iommus->n == 0)
                return 0;
        profile->iommus = calloc(iommus->n, sizeof(ProfileIommu));
        if (!profile->iommus)
                return -ENOMEM;
        for (size_t i = 0; i < iommus->n; i++) {
                const IommuFact *fact = &iommus->iommus[i];
                ProfileIommu *iommu = &profile->iommus[profile->n_iommus++];

                snprintf(iommu->name, sizeof(iommu->name), "%s", fact->name);
                blank_registers(iommu);
                if (fact->attributes == IOMMU_SYSFS_INTEL)
                        derive_intel(fact, iommu);
                else if (fact->attributes == IOMMU_SYSFS_AMD)
                        derive_amd(facts, fact, iommu);
                else
                        derive_other(fact, iommu);
                derive_interrupt_remapping(iommus, iommu);
                count_devices(fact, iommu);
                iommu->firmware_unit = firmware_unit(profile, iommu);
        }
        return 0;
}
