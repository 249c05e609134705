/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

/* Bits that devices behind the unit may reach at most: its `bits`, and more where those are assumed because its kernel may
 * go one of two ways. 0 unknown. */
unsigned iommu_bits_at_most(const ProfileIommu *iommu);
