/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "profile/profile.h"

/* The word of the contract: "direct-region", "bridges-only", …; "" for NONE. */
const char *assignable_why_to_string(AssignableWhy why);

/* "intel-vtd", "amd-vi", … */
const char *iommu_kind_to_string(IommuKind kind);

/* "none", "ept", "npt", "stage2" */
const char *second_level_to_string(SecondLevelKind kind);

/* The value behind the word; -EINVAL for what is no such word, "" among them. */
int assignable_why_from_string(const char *word);
int iommu_kind_from_string(const char *word);
int second_level_from_string(const char *word);
