/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/ivrs.h"

/* One block of `length` bytes at `offset`, all of them in the table: IVHD, IVMD or unknown. -ENOMEM only. */
int ivrs_block_decode(Bytes table, size_t offset, size_t length, Ivrs *ivrs, FaultList *faults);
