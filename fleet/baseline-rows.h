/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Elements of the lists of the document hawd-baseline/1. */

#include <jansson.h>

#include "fleet/baseline.h"
#include "profile/document/field.h"

#define INDICES_SCHEMA "{\"type\": \"array\", \"items\": {\"type\": \"integer\", \"minimum\": 0}}"

extern const FieldTable class_row_table, pool_row_table;
extern const FieldHook name_hook;     /* char *; NULL is null */
extern const FieldHook examples_hook; /* Examples */
extern const FieldHook limits_hook;   /* uint64_t[_LIMIT_MAX]: hosts */

/* New references; NULL if out of memory. */
json_t *baseline_indices(const uint32_t *indices, size_t n);
json_t *baseline_class_row(
                const Baseline *baseline, const BaselineFleet *fleet, size_t i, bool names, int *reterr);
json_t *baseline_pool_row(const Baseline *baseline, const BaselineFleet *fleet, size_t i, int *reterr);
