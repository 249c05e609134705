/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Default domain of an IOMMU group, as in /sys/kernel/iommu_groups/N/type
 * (Documentation/ABI/testing/sysfs-kernel-iommu_groups). */

#include "probe/words.h"

typedef enum GroupType {
        GROUP_TYPE_UNKNOWN = 0, /* "unknown", or a word of a newer kernel */
        GROUP_TYPE_DMA,
        GROUP_TYPE_DMA_FQ,
        GROUP_TYPE_IDENTITY,
        GROUP_TYPE_BLOCKED,
        GROUP_TYPE_UNMANAGED,
        _GROUP_TYPE_MAX,
} GroupType;

WORDS_DECLARE(GroupType, group_type);

GroupType group_type_decode(const char *word);
