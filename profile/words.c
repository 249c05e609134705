/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/words.h"

#include <errno.h>
#include <string.h>

const char *assignable_why_to_string(AssignableWhy why) {
        static const char *const words[_ASSIGNABLE_WHY_MAX] = {
                [ASSIGNABLE_WHY_NONE] = "",
                [ASSIGNABLE_WHY_DIRECT_REGION] = "direct-region",
                [ASSIGNABLE_WHY_BRIDGES_ONLY] = "bridges-only",
                [ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING] = "no-interrupt-remapping",
                [ASSIGNABLE_WHY_NO_IOMMU] = "no-iommu",
                [ASSIGNABLE_WHY_NOT_PCI] = "not-pci",
                [ASSIGNABLE_WHY_UNREADABLE] = "unreadable",
        };
        return (unsigned) why < _ASSIGNABLE_WHY_MAX ? words[why] : "";
}

const char *iommu_kind_to_string(IommuKind kind) {
        static const char *const words[_IOMMU_KIND_MAX] = {
                [IOMMU_OTHER] = "other",
                [IOMMU_INTEL_VTD] = "intel-vtd",
                [IOMMU_AMD_VI] = "amd-vi",
                [IOMMU_ARM_SMMU_V3] = "arm-smmu-v3",
                [IOMMU_ARM_SMMU] = "arm-smmu",
                [IOMMU_VIRTIO] = "virtio",
        };
        return (unsigned) kind < _IOMMU_KIND_MAX ? words[kind] : "other";
}

const char *second_level_to_string(SecondLevelKind kind) {
        static const char *const words[_SECOND_LEVEL_MAX] = {
                [SECOND_LEVEL_NONE] = "none",
                [SECOND_LEVEL_EPT] = "ept",
                [SECOND_LEVEL_NPT] = "npt",
                [SECOND_LEVEL_STAGE2] = "stage2",
        };
        return (unsigned) kind < _SECOND_LEVEL_MAX ? words[kind] : "none";
}

int assignable_why_from_string(const char *word) {
        for (int why = ASSIGNABLE_WHY_NONE + 1; why < _ASSIGNABLE_WHY_MAX; why++)
                if (strcmp(word, assignable_why_to_string((AssignableWhy) why)) == 0)
                        return why;
        return -EINVAL;
}

int iommu_kind_from_string(const char *word) {
        for (int kind = 0; kind < _IOMMU_KIND_MAX; kind++)
                if (strcmp(word, iommu_kind_to_string((IommuKind) kind)) == 0)
                        return kind;
        return -EINVAL;
}

int second_level_from_string(const char *word) {
        for (int kind = 0; kind < _SECOND_LEVEL_MAX; kind++)
                if (strcmp(word, second_level_to_string((SecondLevelKind) kind)) == 0)
                        return kind;
        return -EINVAL;
}
