/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "probe/decode/cpu/cpuid-table.h"

/* What `hawctl decode cpuid` prints; null for what the dump cannot tell. A new reference; NULL when out of memory. */
json_t *decode_cpuid_json(const CpuidTable *table);
