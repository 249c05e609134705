/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/profile.h"

#include <stdlib.h>

#include "profile/host-regions.h"

static const char *const assignable_why_table[_ASSIGNABLE_WHY_MAX] = {
        [ASSIGNABLE_WHY_NONE] = "",
        [ASSIGNABLE_WHY_DIRECT_REGION] = "direct-region",
        [ASSIGNABLE_WHY_BRIDGES_ONLY] = "bridges-only",
        [ASSIGNABLE_WHY_NO_INTERRUPT_REMAPPING] = "no-interrupt-remapping",
        [ASSIGNABLE_WHY_NO_IOMMU] = "no-iommu",
        [ASSIGNABLE_WHY_NOT_PCI] = "not-pci",
        [ASSIGNABLE_WHY_UNREADABLE] = "unreadable",
        [ASSIGNABLE_WHY_NOT_HANDED_OVER] = "not-handed-over",
        [ASSIGNABLE_WHY_SHARED_REGION] = "shared-region",
        [ASSIGNABLE_WHY_MSI_UNKNOWN] = "msi-isolation-unknown",
};
WORDS_DEFINE(AssignableWhy, assignable_why);

static const char *const xen_role_table[_XEN_ROLE_MAX] = {
        [XEN_ROLE_NONE] = "",
        [XEN_ROLE_CONTROL] = "dom0",
        [XEN_ROLE_GUEST] = "guest",
};
WORDS_DEFINE(XenRole, xen_role);

static const char *const iommu_kind_table[_IOMMU_KIND_MAX] = {
        [IOMMU_OTHER] = "other",
        [IOMMU_INTEL_VTD] = "intel-vtd",
        [IOMMU_AMD_VI] = "amd-vi",
        [IOMMU_ARM_SMMU_V3] = "arm-smmu-v3",
        [IOMMU_ARM_SMMU] = "arm-smmu",
        [IOMMU_VIRTIO] = "virtio",
};
WORDS_DEFINE(IommuKind, iommu_kind);

static const char *const smmu_stages_table[_SMMU_STAGES_MAX] = {
        [SMMU_STAGES_UNKNOWN] = "",
        [SMMU_STAGES_1] = "1",
        [SMMU_STAGES_2] = "2",
        [SMMU_STAGES_BOTH] = "both",
};
WORDS_DEFINE(SmmuStages, smmu_stages);

static const char *const second_level_table[_SECOND_LEVEL_MAX] = {
        [SECOND_LEVEL_NONE] = "none",
        [SECOND_LEVEL_EPT] = "ept",
        [SECOND_LEVEL_NPT] = "npt",
        [SECOND_LEVEL_STAGE2] = "stage2",
};
WORDS_DEFINE(SecondLevelKind, second_level);

static const char *const kvm_mode_table[_KVM_MODE_MAX] = {
        [KVM_MODE_UNKNOWN] = "",
        [KVM_MODE_NONE] = "none",
        [KVM_MODE_VHE] = "vhe",
        [KVM_MODE_NVHE] = "nvhe",
        [KVM_MODE_PROTECTED] = "protected",
};
WORDS_DEFINE(KvmMode, kvm_mode);

static void group_done(ProfileGroup *group) {
        for (size_t i = 0; i < group->n_members; i++)
                free(group->members[i]);
        free(group->members);
        reserved_regions_done(&group->regions);
        range_set_done(&group->usable);
}

void profile_done(Profile *profile) {
        free(profile->iommus);
        for (size_t i = 0; i < profile->n_groups; i++)
                group_done(&profile->groups[i]);
        free(profile->groups);
        for (size_t i = 0; i < profile->n_devices; i++)
                free(profile->devices[i].bars);
        free(profile->devices);
        free(profile->mediated);
        free(profile->xen.reserved);
        firmware_tables_done(&profile->firmware);
        free(profile->memory.ranges);
        range_set_done(&profile->memory.hot_added);
        host_regions_done(&profile->regions);
        range_set_done(&profile->reserved);
        range_set_done(&profile->usable_iova);
        finding_list_done(&profile->findings);
        *profile = (Profile){};
}
