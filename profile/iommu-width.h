/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/vtd/vtd-width.h"
#include "profile/profile.h"

/* The fields of its capability register. False: it is unknown, or the unit is no VT-d's. */
bool iommu_vtd_cap(const ProfileIommu *iommu, VtdCap *ret);

/* Bits that devices behind the unit may reach at most: its `bits`, and more where those are assumed because its kernel may
 * go one of two ways. 0 unknown. */
unsigned iommu_bits_at_most(const ProfileIommu *iommu);
