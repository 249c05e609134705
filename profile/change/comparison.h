/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What two hosts have in common, and what a guest may meet that moves from one to the other: docs/comparison.md has the
 * rules, comparison_table the form. */

#include <jansson.h>

#include "profile/document/field.h"

extern const FieldTable comparison_table;

/* Two profile documents, anybody's: what is missing in them makes a verdict "unknown", never "safe". A new reference;
 * NULL when out of memory. */
json_t *profile_comparison(json_t *here, json_t *there);
