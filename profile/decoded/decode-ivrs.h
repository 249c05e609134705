/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "probe/decode/acpi/ivrs.h"

/* What `hawctl decode ivrs` prints and the profile's firmware.ivrs.table holds. A new reference; NULL when out of
 * memory. */
json_t *decode_ivrs_json(const Ivrs *ivrs, const FaultList *faults);
