/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/dmar.h"

/* Decodes one remapping structure (VT-d specification, 8.2 to 8.9): `length` bytes at `offset`, within the
 * table. -ENOMEM only. */
int dmar_structure_decode(Bytes table, size_t offset, size_t length, Dmar *dmar, FaultList *faults);
