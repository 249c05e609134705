/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "probe/decode/acpi/dmar.h"

/* Output of `hawctl decode dmar` and the profile's firmware.dmar.table. New reference; NULL if out of
 * memory. */
json_t *decode_dmar_json(const Dmar *dmar, const FaultList *faults);
