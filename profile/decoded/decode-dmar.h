/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <jansson.h>

#include "probe/decode/acpi/dmar.h"

/* What `hawctl decode dmar` prints and the profile's firmware.dmar.table holds. A new reference; NULL when out of
 * memory. */
json_t *decode_dmar_json(const Dmar *dmar, const FaultList *faults);
