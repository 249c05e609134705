/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/iort-node.h"

/* Decodes an RMR node, which has at least its fixed part of 28 bytes, into a zeroed `ret`. -ENOMEM only. */
int iort_reserved_decode(Bytes table, const IortNode *node, IortReserved *ret, FaultList *faults);
