/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/decode/acpi/dmar.h"

/* Device scopes (VT-d specification, 8.3.1) in [offset, end) of the table, appended to the dmar's. A length that is
 * too short or leads out of the structure ends them with a fault; -ENOMEM only. */
int dmar_scopes_decode(
                Bytes table, size_t offset, size_t end, Dmar *dmar, DmarScopes *ret, FaultList *faults);
