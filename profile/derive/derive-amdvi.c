/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-unit.h"

#include <stdio.h>

#include "probe/decode/amdvi/amdvi-efr.h"
#include "probe/decode/amdvi/amdvi-features.h"
#include "probe/decode/amdvi/amdvi-width.h"
#include "profile/kernel-policy.h"

#define ALL_BITS 64
#define FOUR_LEVELS_BITS 48

/* How this kernel uses a unit's registers, its table and the command line. */
typedef struct AmdPicture {
        const char *kernel;
        const Cmdline *cmdline;
        unsigned hats;     /* bits of the host table by EFR.HATS; 0 none */
        unsigned vasize;   /* IVinfo.VASize; 64 if not reported */
        unsigned guest;    /* bits of the guest-format table in this kernel */
        bool guest_usable; /* EFR.GT and GIOSup */
        Reason unread;     /* why the table is unknown, with vasize and hatdis */
        bool hatdis;       /* set in any IVHD that Linux uses: disables it for all */
} AmdPicture;

static bool la57_enabled(const CpuFacts *cpu) {
        return cpu->cpuinfo_reason == REASON_NONE && cpu->cpuinfo.la57;
}

static AmdPicture picture_of(const Facts *facts, const FirmwareTables *firmware, const AmdviEfr *efr) {
        const HostFacts *host = &facts->host;
        const Ivrs *ivrs = firmware->ivrs_reason == REASON_NONE ? &firmware->ivrs : NULL;
        static const Cmdline nothing = {};
        AmdPicture picture = {
                .kernel = host->kernel_release,
                .cmdline = host->cmdline_reason == REASON_NONE ? &host->cmdline : &nothing,
                .hats = amdvi_host_table_bits(efr),
                .vasize = ALL_BITS,
                .guest = amdvi_guest_domain_bits(efr, la57_enabled(&facts->cpu)),
                .guest_usable = efr->gt && efr->gio,
        };

        if (firmware->ivrs_reason != REASON_ABSENT)
                picture.unread = firmware->ivrs_reason;
        if (ivrs && ivrs->info.virtual_bits > 0 && ivrs->info.virtual_bits < ALL_BITS)
                picture.vasize = ivrs->info.virtual_bits;
        for (size_t i = 0; ivrs && i < ivrs->n_blocks; i++)
                picture.hatdis |= ivrs->blocks[i].used && ivrs_block_hatdis(&ivrs->blocks[i]);
        return picture;
}

/* Without a host table, new kernels use the guest-format one or no unit. */
static Tristate lacks_host_table(const AmdPicture *p) {
        if (p->hats == 0)
                return TRISTATE_YES;
        return p->hatdis ? kernel_goes(p->kernel, KERNEL_AMD_HATDIS) : TRISTATE_NO;
}

static void add_host_table(const AmdPicture *p, unsigned end, UnitWidths *widths) {
        Tristate limited = kernel_goes(p->kernel, KERNEL_AMD_VASIZE);
        unsigned bits = p->hats < end ? p->hats : end;
        char source[FACT_SOURCE_MAX];

        snprintf(source, sizeof(source), "host page table: EFR.HATS, %u levels", 4 + (p->hats - 48) / 8);
        if (limited != TRISTATE_YES || p->vasize >= bits)
                unit_widths_add(widths, bits,
                                end < p->hats ? "amd_iommu=pgtbl_v2: up to Linux 6.1, all domains end at 48 "
                                                "bits"
                                              : source);
        if (limited != TRISTATE_NO && p->vasize < bits)
                unit_widths_add(widths, p->vasize, "host page table: IVinfo.VASize, used since Linux 7.2");
}

/* amd_iommu=pgtbl_v2 also limits VFIO domains. 6.1, the first with it, ignores it with iommu=pt. */
static void add_pgtbl_v2(const AmdPicture *p, UnitWidths *widths) {
        Tristate known = kernel_goes(p->kernel, KERNEL_AMD_PGTBL_V2),
                 lower_half = kernel_goes(p->kernel, KERNEL_AMD_PGTBL_V2_LOWER_HALF);

        if (lower_half != TRISTATE_NO)
                unit_widths_add(widths, p->guest,
                                "amd_iommu=pgtbl_v2: the lower half of a guest page table");
        if (lower_half != TRISTATE_YES && known != TRISTATE_NO && !p->cmdline->iommu_pt)
                add_host_table(p, FOUR_LEVELS_BITS, widths);
        if (known != TRISTATE_YES || (lower_half != TRISTATE_YES && !p->cmdline->iommu_nopt))
                add_host_table(p, ALL_BITS, widths);
}

static Fact domain_bits(const AmdPicture *p) {
        Tristate lacks = lacks_host_table(p);
        UnitWidths widths = {};

        if (lacks != TRISTATE_NO && p->guest_usable)
                unit_widths_add(&widths, p->guest,
                                p->hats ? "guest page table: IVHD attribute HATDis, used since Linux 7.2"
                                        : "guest page table: EFR.HATS 3");
        if (lacks != TRISTATE_YES && p->cmdline->amd_pgtbl_v2 && p->guest_usable)
                add_pgtbl_v2(p, &widths);
        else if (lacks != TRISTATE_YES)
                add_host_table(p, ALL_BITS, &widths);
        return unit_widths_fact(&widths,
                        p->hats ? "IVHD attribute HATDis and no guest page table"
                                : "EFR.HATS 3: no page table");
}

/* The unread table may limit widths in this kernel. */
static bool is_open(const AmdPicture *p) {
        return p->unread != REASON_NONE &&
                        (kernel_goes(p->kernel, KERNEL_AMD_VASIZE) != TRISTATE_NO ||
                                        kernel_goes(p->kernel, KERNEL_AMD_HATDIS) != TRISTATE_NO);
}

static void derive_bits(const AmdPicture *p, const AmdviEfr *efr, bool la57, ProfileIommu *ret) {
        unsigned guest = amdvi_guest_table_bits(efr, la57);

        if (p->hats == 0)
                ret->second_stage_bits = unit_not_applicable("EFR.HATS 3: no host page table");
        else if (lacks_host_table(p) == TRISTATE_YES)
                ret->second_stage_bits = unit_not_applicable(
                                "IVHD attribute HATDis: the kernel does not use a host page table");
        else if (p->vasize < p->hats && kernel_goes(p->kernel, KERNEL_AMD_VASIZE) == TRISTATE_YES)
                ret->second_stage_bits =
                                fact_derived(p->vasize, "min(EFR.HATS %u: %u bits, IVinfo.VASize %u)",
                                                (unsigned) efr->hats, p->hats, p->vasize);
        else
                ret->second_stage_bits = fact_derived(p->hats, "EFR.HATS %u: %u levels",
                                (unsigned) efr->hats, amdvi_host_levels(efr));
        ret->first_stage_bits = guest > 0
                        ? fact_derived(guest, "EFR.GATS %u, the canonical lower half", (unsigned) efr->gats)
                        : unit_not_applicable("EFR.GT: no guest page table");
        ret->bits = domain_bits(p);
        if (p->hats > 0 && is_open(p))
                ret->second_stage_bits = ret->bits = fact_unknown(p->unread,
                                "/sys/firmware/acpi/tables/IVRS, whose VASize and HATDis Linux uses since "
                                "7.2");
}

void derive_amdvi(const Facts *facts, const FirmwareTables *firmware, const IommuFact *fact,
                ProfileIommu *ret) {
        const char *features = "amd-iommu/features";
        AmdPicture picture;
        AmdviEfr efr;

        ret->kind = IOMMU_AMD_VI;
        ret->capability = unit_register(&fact->capability, fact->name, "amd-iommu/cap");
        ret->caching_mode = fact_known(&ret->capability)
                        ? fact_measured(amdvi_capability_np_cache((uint32_t) fact->capability.value),
                                          "capability header NpCache")
                        : ret->capability;
        if (fact->features_reason != REASON_NONE) {
                ret->efr = fact_unknown(
                                fact->features_reason, "/sys/class/iommu/%s/%s", fact->name, features);
                ret->efr2 = ret->interrupt_remapping_capable = ret->efr;
                ret->second_stage_bits = ret->first_stage_bits = ret->bits = ret->efr;
                return;
        }
        ret->efr = fact_measured(fact->features.efr, "/sys/class/iommu/%s/%s", fact->name, features);
        ret->efr2 = fact->features.has_efr2
                        ? fact_measured(fact->features.efr2, "/sys/class/iommu/%s/%s", fact->name, features)
                        : fact_unknown(REASON_UNSUPPORTED_KERNEL, "/sys/class/iommu/%s/%s", fact->name,
                                          features);
        amdvi_efr_decode(fact->features.efr, &efr);
        picture = picture_of(facts, firmware, &efr);
        derive_bits(&picture, &efr, la57_enabled(&facts->cpu), ret);
        /* All AMD-Vi units remap interrupts; no bit reports it. */
        ret->interrupt_remapping_capable = fact_assumed(1, "all AMD-Vi units support interrupt remapping");
}
