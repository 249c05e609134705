/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/vtd/vtd-width.h"
#include "profile/profile.h"

/* Decodes its capability register. False: unknown, or not a VT-d unit. */
bool iommu_vtd_cap(const ProfileIommu *iommu, VtdCap *ret);

/* Maximum width in bits for devices behind the unit: `bits`, or more if those are assumed because the kernel
 * may choose either of two ways. 0 if unknown. */
unsigned iommu_bits_at_most(const ProfileIommu *iommu);

/* What of `bits` is certain: less, if those of an SMMUv3 are assumed. 0 if unknown. */
unsigned iommu_bits_at_least(const ProfileIommu *iommu);
