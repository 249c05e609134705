/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The ACPI tables that describe IOMMUs, decoded. They are large and never change while a host runs: facts and the profiles
 * made of them share one copy. */

#include "probe/decode/acpi/dmar.h"
#include "probe/decode/acpi/ivrs.h"
#include "probe/decode/fault.h"
#include "probe/reason.h"

typedef struct FirmwareTables {
        Reason dmar_reason, ivrs_reason; /* NONE: decoded below */
        Dmar dmar;
        FaultList dmar_faults;
        Ivrs ivrs;
        FaultList ivrs_faults;
        unsigned *references; /* how many structs have what is decoded; NULL: this one alone */
} FirmwareTables;

/* One more owner of the same tables, which nobody changes from now on. Tables without a count cannot be shared. */
FirmwareTables firmware_tables_share(const FirmwareTables *tables);

/* Frees what is decoded with its last owner. */
void firmware_tables_done(FirmwareTables *tables);
