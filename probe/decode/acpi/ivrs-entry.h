/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/ivrs.h"

/* Device entries of an IVHD (specification, 5.2.2.1 to 5.2.2.9) in [offset, end), appended to the ivrs's. An entry that
 * leads out of the block ends them with a fault. -ENOMEM only. */
int ivrs_entries_decode(Bytes table, size_t offset, size_t end, Ivrs *ivrs, FaultList *faults);
