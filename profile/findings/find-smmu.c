/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>

#include "profile/findings/findings.h"

/* The output of both stages ends at OAS: io-pgtable rejects physical addresses above it. */
void find_smmu(const Profile *profile, FindingList *list) {
        const Fact *top = &profile->memory.ram_top;

        for (size_t i = 0; i < profile->n_iommus; i++) {
                const ProfileIommu *iommu = &profile->iommus[i];
                const Fact *oas = &iommu->oas;

                if (!fact_known(top) || !fact_known(oas) || oas->value >= 64 ||
                                top->value <= UINT64_C(1) << oas->value ||
                                (iommu->devices_reason == REASON_NONE && iommu->n_devices == 0))
                        continue;
                Finding *f = finding_add(list, FINDING_RAM_ABOVE_OAS, SEVERITY_WARNING, "%s", iommu->name);
                finding_summary(f,
                                "%s reaches %" PRIu64
                                " bits of physical addresses, and the host has RAM above",
                                iommu->name, oas->value);
                finding_detail(f,
                                "RAM ends at 0x%" PRIx64 ", the output of the unit at 0x%" PRIx64
                                ". RAM above it cannot be mapped for any device behind the unit: a guest with such a "
                                "device does not start if its memory is there. %s.",
                                top->value, UINT64_C(1) << oas->value, oas->source);
                finding_remedy(f,
                                "Bind guests with devices to NUMA nodes whose RAM lies below 0x%" PRIx64
                                ", or assign devices behind a unit with a wider output.",
                                UINT64_C(1) << oas->value);
        }
}
