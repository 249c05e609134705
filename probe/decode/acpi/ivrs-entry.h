/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/ivrs.h"

/* Appends the device entries of an IVHD (specification, 5.2.2.1 to 5.2.2.9) in [offset, end) to the ivrs. An
 * entry that exceeds the block is a fault and ends them. -ENOMEM only. */
int ivrs_entries_decode(Bytes table, size_t offset, size_t end, Ivrs *ivrs, FaultList *faults);
