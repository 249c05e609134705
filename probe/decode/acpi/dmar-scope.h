/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/dmar.h"

/* Appends the device scopes (VT-d specification, 8.3.1) in [offset, end) of the table to the dmar. A length
 * that is too short or exceeds the structure is a fault and ends them. -ENOMEM only. */
int dmar_scopes_decode(
                Bytes table, size_t offset, size_t end, Dmar *dmar, DmarScopes *ret, FaultList *faults);
