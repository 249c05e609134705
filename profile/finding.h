/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The result of a rule for a profile. Ids are stable; hawd-findings(7) has cause, effect and remedy of
 * each. */

#include <stddef.h>

#include "probe/words.h"

struct Profile;

typedef enum Severity {
        SEVERITY_INFO = 0,
        SEVERITY_WARNING,
        SEVERITY_ERROR,
        _SEVERITY_MAX,
} Severity;

WORDS_DECLARE(Severity, severity);

/* Whether a guest may run or migrate here, in order of precedence: unsafe outweighs unknown inputs; a
 * missing input outweighs a warning, because it could hide an error. */
typedef enum Verdict {
        VERDICT_SAFE = 0,
        VERDICT_WARNING,
        VERDICT_UNKNOWN, /* an input is missing */
        VERDICT_UNSAFE,
        _VERDICT_MAX,
} Verdict;

WORDS_DECLARE(Verdict, verdict);

/* Sorted by name, as findings of one severity are. */
typedef enum FindingId {
        FINDING_ARCHITECTURE_NOT_SUPPORTED,
        FINDING_BAR_ABOVE_IOVA,
        FINDING_CHANGED_SINCE_LAST_BOOT,
        FINDING_CPU_NARROWER_THAN_USUAL,
        FINDING_CPUS_DIFFER,
        FINDING_DIRECT_MAPPING_NOT_KEPT,
        FINDING_DMAR_FAULT,
        FINDING_ENCRYPTION_TAKES_BITS,
        FINDING_FIRST_STAGE_HALVES_APERTURE,
        FINDING_FIVE_LEVEL_CAPABLE_BUT_OFF,
        FINDING_GROUP_NOT_ISOLATED,
        FINDING_GUEST_MAPPABLE_BELOW_PHYSICAL,
        FINDING_HYPERTRANSPORT_HOLE,
        FINDING_INTERRUPT_REMAPPING_OFF,
        FINDING_IOMMU_ABSENT,
        FINDING_IOMMU_CACHING_MODE,
        FINDING_IOMMU_FIRMWARE_ONLY,
        FINDING_IOMMU_NARROWER_THAN_CPU,
        FINDING_IOMMU_UNITS_DIFFER,
        FINDING_IOMMU_WIDTH_UNKNOWN,
        FINDING_IOMMU_WITHOUT_DEVICES,
        FINDING_IORT_FAULT,
        FINDING_IVRS_FAULT,
        FINDING_KVM_ABSENT,
        FINDING_MEMORY_ADDRESS_LIMIT,
        FINDING_MGAW_BELOW_SAGAW,
        FINDING_MSI_ISOLATION_UNKNOWN,
        FINDING_MSI_WINDOW_IN_LOW_MEMORY,
        FINDING_OLD_KERNEL_NO_GUEST_PHYS_BITS,
        FINDING_PROFILE_INCOMPLETE,
        FINDING_RAM_ABOVE_IOVA,
        FINDING_RAM_ABOVE_OAS,
        FINDING_RMR_NOT_KEPT,
        FINDING_RMRR_DEVICE_NOT_ASSIGNABLE,
        FINDING_RMRR_IN_RAM,
        FINDING_SECOND_LEVEL_PAGING_OFF,
        FINDING_SMMU_NOT_DRIVEN,
        FINDING_SVM_DISABLED_BY_FIRMWARE,
        FINDING_VIRTUALISED_HOST,
        FINDING_VMX_LOCKED_BY_FIRMWARE,
        FINDING_WIDTH_SOURCES_DISAGREE,
        FINDING_XEN_CONTROLS_HOST,
        FINDING_XEN_HAP_OFF,
        FINDING_XEN_HVM_OFF,
        FINDING_XEN_IOMMU_OFF,
        FINDING_XEN_NOT_ASKED,
        FINDING_XEN_REGION_SHARED,
        _FINDING_ID_MAX,
} FindingId;

WORDS_DECLARE(FindingId, finding_id);

typedef struct Finding {
        char *id; /* owned: documents of newer versions have unknown ids */
        Severity severity;
        char *subject; /* "host", a unit, "group 14", a PCI address */
        char *summary; /* one line */
        char *detail;  /* the compared values */
        char *remedy;  /* what to do; "" if nothing */
} Finding;

typedef struct FindingList {
        size_t n;
        Finding *findings; /* sorted by severity (worst first), id, subject */
        int error;         /* -ENOMEM if one could not be stored */
} FindingList;

/* Frees the strings; accepts a zeroed finding. */
void finding_done(Finding *finding);
void finding_list_done(FindingList *list);
