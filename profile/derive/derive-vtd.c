/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-unit.h"

#include <stdio.h>

#include "probe/decode/vtd/vtd-width.h"
#include "profile/iommu-width.h"
#include "profile/kernel-policy.h"

/* How the kernel uses a unit: scalable mode or not, and there which tables if both stages exist. */
typedef struct VtdMode {
        bool legacy, scalable; /* possible */
        bool first, second;    /* possible stages for VFIO in scalable mode, if both exist */
        bool sm_off;           /* set on the command line */
} VtdMode;

/* Up to 6.12, one unit without scalable mode disables it for all (drivers/iommu/intel/cap_audit.c). */
static bool all_scalable(const IommuFacts *iommus) {
        VtdEcap ecap;

        for (size_t i = 0; i < iommus->n; i++) {
                const IommuFact *fact = &iommus->iommus[i];

                if (fact->attributes != IOMMU_SYSFS_INTEL || fact->ecap.reason != REASON_NONE)
                        continue;
                vtd_ecap_decode(fact->ecap.value, &ecap);
                if (!ecap.smts)
                        return false;
        }
        return true;
}

static VtdMode mode_of(const Facts *facts, const VtdEcap *ecap) {
        const HostFacts *host = &facts->host;
        bool told = host->cmdline_reason == REASON_NONE;
        Tristate prefers = kernel_goes(host->kernel_release, KERNEL_VTD_PREFERS_FIRST_STAGE);
        VtdMode mode = {
                .first = prefers != TRISTATE_NO,
                .second = prefers != TRISTATE_YES,
                .sm_off = told && host->cmdline.intel_sm_off,
        };

        mode.scalable = ecap->smts && !mode.sm_off &&
                        (prefers != TRISTATE_NO || all_scalable(&facts->iommu));
        /* The default is a build option of the kernel; the command line removes the doubt. */
        mode.legacy = !mode.scalable || !(told && host->cmdline.intel_sm_on);
        return mode;
}

static Fact second_stage(const VtdCap *cap, const VtdEcap *ecap, const VtdMode *mode) {
        bool both = mode->scalable && ecap->fsts;
        unsigned bits = both ? vtd_second_stage_bits_scalable(cap) : vtd_second_stage_bits(cap);

        if (mode->scalable && !ecap->ssts)
                return unit_not_applicable("ECAP.SSTS: no second stage in scalable mode");
        if (bits == 0)
                return fact_unknown(REASON_MALFORMED, "CAP.MGAW and SAGAW leave no usable page-table depth");
        return fact_derived(bits, "min(MGAW %u, SAGAW %u)", vtd_mgaw_bits(cap), vtd_sagaw_bits(cap));
}

static Fact first_stage(const VtdCap *cap, const VtdEcap *ecap, const VtdMode *mode) {
        unsigned bits = vtd_first_stage_bits(cap, ecap);

        if (bits == 0)
                return unit_not_applicable("ECAP.SMTS and ECAP.FSTS: no first stage");
        if (!mode->scalable)
                return unit_not_applicable(mode->sm_off ? "intel_iommu=sm_off: no first stage"
                                                        : "not in scalable mode: no first stage");
        return fact_derived(bits, "min(MGAW %u, first stage %u) - 1, the lower half", vtd_mgaw_bits(cap),
                        cap->fs5lp ? 57U : 48U);
}

static void derive_bits(const Facts *facts, const VtdCap *cap, const VtdEcap *ecap, ProfileIommu *ret) {
        const VtdMode mode = mode_of(facts, ecap);
        char second[FACT_SOURCE_MAX];
        UnitWidths widths = {};

        ret->second_stage_bits = second_stage(cap, ecap, &mode);
        ret->first_stage_bits = first_stage(cap, ecap, &mode);
        snprintf(second, sizeof(second), "second stage: min(MGAW %u, SAGAW %u)", vtd_mgaw_bits(cap),
                        vtd_sagaw_bits(cap));
        if (mode.legacy)
                unit_widths_add(&widths, vtd_second_stage_bits(cap), second);
        if (mode.scalable && ecap->ssts && (mode.second || !ecap->fsts))
                unit_widths_add(&widths, (unsigned) ret->second_stage_bits.value, second);
        if (mode.scalable && ecap->fsts && (mode.first || !ecap->ssts))
                unit_widths_add(&widths, (unsigned) ret->first_stage_bits.value,
                                ecap->ssts ? "first stage, preferred in scalable mode since Linux 7.2"
                                           : "first stage, the only one in scalable mode");
        ret->bits = widths.narrowest == 0 && !fact_known(&ret->second_stage_bits)
                        ? ret->second_stage_bits
                        : unit_widths_fact(&widths, "the kernel uses neither stage");
}

void derive_vtd(const Facts *facts, const IommuFact *fact, ProfileIommu *ret) {
        VtdEcap ecap;
        VtdCap cap;

        ret->kind = IOMMU_INTEL_VTD;
        ret->address = unit_register(&fact->address, fact->name, "intel-iommu/address");
        ret->cap = unit_register(&fact->cap, fact->name, "intel-iommu/cap");
        ret->ecap = unit_register(&fact->ecap, fact->name, "intel-iommu/ecap");
        ret->version_major = unit_register(&fact->version_major, fact->name, "intel-iommu/version");
        ret->version_minor = unit_register(&fact->version_minor, fact->name, "intel-iommu/version");
        vtd_ecap_decode(ret->ecap.value, &ecap);

        if (!iommu_vtd_cap(ret, &cap))
                ret->caching_mode = ret->second_stage_bits = ret->first_stage_bits = ret->bits = ret->cap;
        else {
                ret->caching_mode = fact_measured(cap.cm, "CAP.CM");
                ret->second_stage_bits = ret->first_stage_bits = ret->bits = ret->ecap;
                if (fact_known(&ret->ecap))
                        derive_bits(facts, &cap, &ecap, ret);
        }
        ret->interrupt_remapping_capable =
                        fact_known(&ret->ecap) ? fact_measured(ecap.ir, "ECAP.IR") : ret->ecap;
}
