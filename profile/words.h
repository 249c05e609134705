/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

/* The word of the contract: "direct-region", "bridges-only", …; "" for NONE. */
const char *assignable_why_to_string(AssignableWhy why);

/* "intel-vtd", "amd-vi", … */
const char *iommu_kind_to_string(IommuKind kind);
