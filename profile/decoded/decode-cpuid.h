/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "probe/decode/cpu/cpuid-table.h"

/* Output of `hawctl decode cpuid`; null for unknown values. A new reference; NULL if out of memory. */
json_t *decode_cpuid_json(const CpuidTable *table);
