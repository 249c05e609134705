/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/finding.h"

#include <stdlib.h>

static const char *const severity_table[_SEVERITY_MAX] = {
        [SEVERITY_INFO] = "info",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_ERROR] = "error",
};
WORDS_DEFINE(Severity, severity);

static const char *const verdict_table[_VERDICT_MAX] = {
        [VERDICT_SAFE] = "safe",
        [VERDICT_WARNING] = "warning",
        [VERDICT_UNKNOWN] = "unknown",
        [VERDICT_UNSAFE] = "unsafe",
};
WORDS_DEFINE(Verdict, verdict);

static const char *const finding_id_table[_FINDING_ID_MAX] = {
        [FINDING_ARCHITECTURE_NOT_SUPPORTED] = "architecture-not-supported",
        [FINDING_BAR_ABOVE_IOVA] = "bar-above-iova",
        [FINDING_CHANGED_SINCE_LAST_BOOT] = "changed-since-last-boot",
        [FINDING_CPU_NARROWER_THAN_USUAL] = "cpu-narrower-than-usual",
        [FINDING_CPUS_DIFFER] = "cpus-differ",
        [FINDING_DIRECT_MAPPING_NOT_KEPT] = "direct-mapping-not-kept",
        [FINDING_DMAR_FAULT] = "dmar-fault",
        [FINDING_ENCRYPTION_TAKES_BITS] = "encryption-takes-bits",
        [FINDING_FIRST_STAGE_HALVES_APERTURE] = "first-stage-halves-aperture",
        [FINDING_FIVE_LEVEL_CAPABLE_BUT_OFF] = "five-level-capable-but-off",
        [FINDING_GROUP_NOT_ISOLATED] = "group-not-isolated",
        [FINDING_GUEST_MAPPABLE_BELOW_PHYSICAL] = "guest-mappable-below-physical",
        [FINDING_HYPERTRANSPORT_HOLE] = "hypertransport-hole",
        [FINDING_INTERRUPT_REMAPPING_OFF] = "interrupt-remapping-off",
        [FINDING_IOMMU_ABSENT] = "iommu-absent",
        [FINDING_IOMMU_CACHING_MODE] = "iommu-caching-mode",
        [FINDING_IOMMU_FIRMWARE_ONLY] = "iommu-firmware-only",
        [FINDING_IOMMU_NARROWER_THAN_CPU] = "iommu-narrower-than-cpu",
        [FINDING_IOMMU_UNITS_DIFFER] = "iommu-units-differ",
        [FINDING_IOMMU_WIDTH_UNKNOWN] = "iommu-width-unknown",
        [FINDING_IOMMU_WITHOUT_DEVICES] = "iommu-without-devices",
        [FINDING_IORT_FAULT] = "iort-fault",
        [FINDING_IVRS_FAULT] = "ivrs-fault",
        [FINDING_KVM_ABSENT] = "kvm-absent",
        [FINDING_MEMORY_ADDRESS_LIMIT] = "memory-address-limit",
        [FINDING_MGAW_BELOW_SAGAW] = "mgaw-below-sagaw",
        [FINDING_MSI_ISOLATION_UNKNOWN] = "msi-isolation-unknown",
        [FINDING_MSI_WINDOW_IN_LOW_MEMORY] = "msi-window-in-low-memory",
        [FINDING_OLD_KERNEL_NO_GUEST_PHYS_BITS] = "old-kernel-no-guest-phys-bits",
        [FINDING_PROFILE_INCOMPLETE] = "profile-incomplete",
        [FINDING_RAM_ABOVE_IOVA] = "ram-above-iova",
        [FINDING_RAM_ABOVE_OAS] = "ram-above-oas",
        [FINDING_RMR_NOT_KEPT] = "rmr-not-kept",
        [FINDING_RMRR_DEVICE_NOT_ASSIGNABLE] = "rmrr-device-not-assignable",
        [FINDING_RMRR_IN_RAM] = "rmrr-in-ram",
        [FINDING_SECOND_LEVEL_PAGING_OFF] = "second-level-paging-off",
        [FINDING_SMMU_NOT_DRIVEN] = "smmu-not-driven",
        [FINDING_SVM_DISABLED_BY_FIRMWARE] = "svm-disabled-by-firmware",
        [FINDING_VIRTUALISED_HOST] = "virtualised-host",
        [FINDING_VMX_LOCKED_BY_FIRMWARE] = "vmx-locked-by-firmware",
        [FINDING_WIDTH_SOURCES_DISAGREE] = "width-sources-disagree",
        [FINDING_XEN_CONTROLS_HOST] = "xen-controls-host",
        [FINDING_XEN_HAP_OFF] = "xen-hap-off",
        [FINDING_XEN_HVM_OFF] = "xen-hvm-off",
        [FINDING_XEN_IOMMU_OFF] = "xen-iommu-off",
        [FINDING_XEN_NOT_ASKED] = "xen-not-asked",
        [FINDING_XEN_REGION_SHARED] = "xen-region-shared",
};
WORDS_DEFINE(FindingId, finding_id);

void finding_done(Finding *finding) {
        free(finding->id);
        free(finding->subject);
        free(finding->summary);
        free(finding->detail);
        free(finding->remedy);
        *finding = (Finding){};
}

void finding_list_done(FindingList *list) {
        for (size_t i = 0; i < list->n; i++)
                finding_done(&list->findings[i]);
        free(list->findings);
        *list = (FindingList){};
}
