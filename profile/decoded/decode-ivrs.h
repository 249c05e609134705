/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "probe/decode/acpi/ivrs.h"

/* Output of `hawctl decode ivrs` and the profile's firmware.ivrs.table. New reference; NULL if out of
 * memory. */
json_t *decode_ivrs_json(const Ivrs *ivrs, const FaultList *faults);
