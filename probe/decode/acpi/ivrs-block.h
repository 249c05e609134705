/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/ivrs.h"

/* Decodes one block (IVHD, IVMD or unknown): `length` bytes at `offset`, within the table. -ENOMEM only. */
int ivrs_block_decode(Bytes table, size_t offset, size_t length, Ivrs *ivrs, FaultList *faults);
