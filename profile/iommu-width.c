/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/iommu-width.h"

#include "probe/decode/amdvi/amdvi-width.h"
#include "probe/decode/kernel/address-bits.h"
#include "probe/decode/vtd/vtd-width.h"

bool iommu_vtd_cap(const ProfileIommu *iommu, VtdCap *ret) {
        if (!fact_known(&iommu->cap))
                return false;
        vtd_cap_decode(iommu->cap.value, ret);
        return true;
}

/* By the registers, which are also in a profile read from a document. */
static unsigned by_registers(const ProfileIommu *iommu) {
        VtdCap cap;
        AmdviEfr efr;

        if (iommu->kind == IOMMU_INTEL_VTD && iommu_vtd_cap(iommu, &cap))
                return vtd_second_stage_bits(&cap);
        if (iommu->kind == IOMMU_AMD_VI && fact_known(&iommu->efr)) {
                amdvi_efr_decode(iommu->efr.value, &efr);
                return amdvi_host_table_bits(&efr);
        }
        return 0;
}

unsigned iommu_bits_at_most(const ProfileIommu *iommu) {
        unsigned bits = (unsigned) iommu->bits.value, wide;

        if (!fact_known(&iommu->bits))
                return 0;
        if (iommu->bits.provenance != PROVENANCE_ASSUMED)
                return bits;
        wide = by_registers(iommu);
        return wide > bits ? wide : bits;
}

/* Documents of before had it not: the kernel with the fewest address bits. */
unsigned iommu_bits_at_least(const ProfileIommu *iommu) {
        unsigned bits = (unsigned) iommu->bits.value, least;

        if (!fact_known(&iommu->bits))
                return 0;
        if (iommu->kind != IOMMU_ARM_SMMU_V3 || iommu->bits.provenance != PROVENANCE_ASSUMED)
                return bits;
        least = fact_known(&iommu->bits_at_least) ? (unsigned) iommu->bits_at_least.value
                                                  : kernel_address_bits_at_least(0);
        return least < bits ? least : bits;
}
