/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/derive/derive-unit.h"

#include <inttypes.h>
#include <stdio.h>

#include "probe/decode/kernel/address-bits.h"

#define PAGE_16K (16 * 1024)
#define PAGE_64K (64 * 1024)
#define HIDING_BITS 47U /* kernel_address_bits() */
/* drivers/iommu/io-pgtable-arm.c, arm_lpae_restrict_pgsizes(): tables with pages of 4 KiB and 16 KiB. */
#define TABLE_BITS 48U
#define TABLE_BITS_64K 52U
#define LEAST_STAGE_2_BITS 40U
/* Tables in the format of 32-bit CPUs: arm_smmu_init_domain_context(). */
#define OLD_STAGE_1_BITS 32U
#define OLD_STAGE_2_BITS 40U

static unsigned least(unsigned a, unsigned b) {
        return a < b ? a : b;
}

/* ── SMMUv3 ────────────────────────────────────────────────────────────────────────────────────────────── */

/* arm_smmu_domain_finalise(): 48 bits, or 52 with VAX, but no more than VA_BITS. Its tables have more than 48 bits
 * only with pages of 64 KiB. 48 bits of VA_BITS that are known can be 52. */
static Fact stage_1(const HostIdentity *host, const KernelLogSmmuV3 *log) {
        uint64_t page_size = host->page_size;
        bool wide = log->features & SMMU_V3_VAX && (page_size == 0 || page_size == PAGE_64K);

        if (host->address_bits == HIDING_BITS && page_size == PAGE_16K)
                return fact_assumed(HIDING_BITS,
                                "SMMUv3 stage 1, features 0x%08" PRIx64
                                ": VA_BITS of the kernel, %u bits; a kernel with VA_BITS 52, which looks "
                                "the same, uses %u",
                                log->features, HIDING_BITS, TABLE_BITS);
        if (host->address_bits > 0 && host->address_bits < TABLE_BITS)
                return fact_derived(host->address_bits,
                                "SMMUv3 stage 1, features 0x%08" PRIx64 ": VA_BITS of the kernel, %u bits",
                                log->features, (unsigned) host->address_bits);
        if (!wide && host->address_bits == 0)
                return fact_assumed(TABLE_BITS,
                                "SMMUv3 stage 1, features 0x%08" PRIx64
                                ": %u bits; VA_BITS of the kernel is unknown and may be less",
                                log->features, TABLE_BITS);
        if (!wide)
                return fact_derived(TABLE_BITS, "SMMUv3 stage 1, features 0x%08" PRIx64 ": %u bits",
                                log->features, TABLE_BITS);
        return fact_assumed(TABLE_BITS,
                        "SMMUv3 stage 1, features 0x%08" PRIx64
                        ": %u bits; a kernel with pages of 64 KiB and VA_BITS "
                        "52 uses 52",
                        log->features, TABLE_BITS);
}

static Fact stage_2(uint64_t page_size, const KernelLogSmmuV3 *log) {
        unsigned most = page_size == PAGE_64K ? TABLE_BITS_64K : TABLE_BITS;

        if (log->oas > most && page_size == 0)
                return fact_assumed(most, "SMMUv3 stage 2: %u bits of tables with pages of 4 KiB", most);
        return fact_derived(least(log->oas, most), "SMMUv3 stage 2: min(OAS %u bits, tables %u bits)",
                        (unsigned) log->oas, most);
}

static void without_log(const HostIdentity *host, Reason reason, ProfileIommu *ret) {
        unsigned bits = host->address_bits > 0 ? least(host->address_bits, TABLE_BITS) : TABLE_BITS;

        ret->features = ret->oas = fact_unknown(reason, "kernel log: arm-smmu-v3 %.60s: oas", ret->name);
        ret->first_stage_bits = ret->second_stage_bits = ret->features;
        /* What it says may be that there is no stage 1. */
        if (reason == REASON_MALFORMED) {
                ret->bits = ret->features;
                return;
        }
        ret->bits = fact_assumed(bits,
                        "SMMUv3: stage 1 assumed, %u bits, as the kernel log has no line about it (%s)",
                        bits, reason_to_string(reason));
}

static SmmuStages stages_of(bool first, bool second) {
        return first && second   ? SMMU_STAGES_BOTH
                        : first  ? SMMU_STAGES_1
                        : second ? SMMU_STAGES_2
                                 : SMMU_STAGES_UNKNOWN;
}

/* With both stages VFIO's domains use the first. */
void derive_smmu_v3(const HostIdentity *host, const IommuFact *fact, ProfileIommu *ret) {
        const KernelLogSmmuV3 *log = &fact->smmu_v3;

        if (fact->smmu_v3_reason != REASON_NONE) {
                without_log(host, fact->smmu_v3_reason, ret);
                return;
        }
        ret->features = fact_measured(
                        log->features, "kernel log: arm-smmu-v3 %s: features", fact->platform_name);
        ret->oas = fact_measured(log->oas, "kernel log: arm-smmu-v3 %s: oas", fact->platform_name);
        ret->stages = stages_of(log->features & SMMU_V3_STAGE_1, log->features & SMMU_V3_STAGE_2);
        ret->first_stage_bits = ret->second_stage_bits =
                        unit_not_applicable("the unit does not have this stage");
        if (log->features & SMMU_V3_STAGE_1)
                ret->first_stage_bits = stage_1(host, log);
        if (log->features & SMMU_V3_STAGE_2)
                ret->second_stage_bits = stage_2(host->page_size, log);
        ret->bits = log->features & SMMU_V3_STAGE_1 ? ret->first_stage_bits : ret->second_stage_bits;
        if (ret->stages == SMMU_STAGES_UNKNOWN)
                ret->bits = fact_unknown(REASON_MALFORMED,
                                "kernel log: arm-smmu-v3 %s: features without a stage", fact->platform_name);
}

/* A unit without its line may have stage 2 alone, which ends at its output size: 40 bits on nearly all, or as
 * much as another unit of the host says. */
static unsigned least_stage_2(const Profile *profile) {
        unsigned bits = LEAST_STAGE_2_BITS;

        for (size_t i = 0; i < profile->n_iommus; i++)
                if (profile->iommus[i].kind == IOMMU_ARM_SMMU_V3 && fact_known(&profile->iommus[i].oas))
                        bits = least(bits, (unsigned) profile->iommus[i].oas.value);
        return bits;
}

static Fact at_least(const HostIdentity *host, const Profile *profile, const ProfileIommu *iommu) {
        bool logged = fact_known(&iommu->oas);
        unsigned bits = (unsigned) iommu->bits.value;

        if (!fact_known(&iommu->bits) || iommu->bits.provenance != PROVENANCE_ASSUMED)
                return iommu->bits;
        if (host->address_bits == 0 && iommu->stages != SMMU_STAGES_2)
                bits = least(bits, kernel_address_bits_at_least(host->page_size));
        if (!logged)
                bits = least(bits, least_stage_2(profile));
        return fact_derived(bits, "SMMUv3: min(iovaBits%s%s)",
                        host->address_bits == 0 ? ", the lowest VA_BITS of a kernel" : "",
                        logged ? "" : ", the output size of a stage 2");
}

void derive_smmu_v3_at_least(const HostIdentity *host, Profile *profile) {
        for (size_t i = 0; i < profile->n_iommus; i++)
                if (profile->iommus[i].kind == IOMMU_ARM_SMMU_V3)
                        profile->iommus[i].bits_at_least = at_least(host, profile, &profile->iommus[i]);
}

/* ── SMMUv1, SMMUv2 ────────────────────────────────────────────────────────────────────────────────────── */

/* arm_smmu_init_domain_context(): an SMMUv2 has tables of 64-bit CPUs. An SMMUv1 has those of 32-bit CPUs, and
 * the MMU-401 also those of 64-bit ones. */
static Fact old_width(const KernelLogSmmu *log, unsigned in, unsigned stage, unsigned old_bits) {
        UnitWidths widths = {};
        char source[FACT_SOURCE_MAX];

        snprintf(source, sizeof(source), "SMMUv%u stage %u: %u bits", (unsigned) log->version, stage, in);
        unit_widths_add(&widths, least(in, TABLE_BITS), source);
        if (log->version == 1)
                unit_widths_add(&widths, least(in, old_bits), source);
        return unit_widths_fact(&widths, source);
}

void derive_smmu(const IommuFact *fact, ProfileIommu *ret) {
        const KernelLogSmmu *log = &fact->smmu;

        ret->features = unit_not_applicable("an SMMUv1 or v2");
        if (fact->smmu_reason != REASON_NONE) {
                ret->oas = ret->first_stage_bits = ret->second_stage_bits = ret->bits =
                                fact_unknown(fact->smmu_reason, "kernel log: arm-smmu %s: Stage-1, Stage-2",
                                                fact->platform_name);
                return;
        }
        ret->stages = stages_of(log->stage_1_in, log->stage_2_in);
        ret->oas = log->stage_1_in ? fact_measured(log->stage_1_out, "kernel log: arm-smmu %s: Stage-1",
                                                     fact->platform_name)
                                   : fact_measured(log->stage_2_out, "kernel log: arm-smmu %s: Stage-2",
                                                     fact->platform_name);
        ret->first_stage_bits = ret->second_stage_bits =
                        unit_not_applicable("the unit does not have this stage");
        if (log->stage_1_in)
                ret->first_stage_bits = old_width(log, log->stage_1_in, 1, OLD_STAGE_1_BITS);
        if (log->stage_2_in)
                ret->second_stage_bits = old_width(log, log->stage_2_in, 2, OLD_STAGE_2_BITS);
        ret->bits = log->stage_1_in ? ret->first_stage_bits : ret->second_stage_bits;
}
