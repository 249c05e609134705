/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/dmar.h"

/* One remapping structure (VT-d specification, 8.2 to 8.9) of `length` bytes at `offset`, all of them in the table.
 * -ENOMEM only. */
int dmar_structure_decode(Bytes table, size_t offset, size_t length, Dmar *dmar, FaultList *faults);
