/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The decoded ACPI tables that describe IOMMUs. They are large and constant while a host runs, so facts and
 * profiles share one copy. */

#include "probe/decode/acpi/dmar.h"
#include "probe/decode/acpi/iort.h"
#include "probe/decode/acpi/ivrs.h"
#include "probe/decode/fault.h"
#include "probe/decode/firmware/device-tree.h"
#include "probe/reason.h"

typedef struct FirmwareTables {
        Reason dmar_reason, ivrs_reason, iort_reason; /* NONE: decoded below */
        /* Static: the path of the DMAR, without leading slash; "…/RMAD" where Xen has renamed it. NULL: not read. */
        const char *dmar_source;
        Dmar dmar;
        FaultList dmar_faults;
        Ivrs ivrs;
        FaultList ivrs_faults;
        Iort iort;
        FaultList iort_faults;
        Reason device_tree_reason; /* ABSENT also where ACPI is used */
        DeviceTree device_tree;
        FaultList device_tree_faults;
        unsigned *references; /* number of owners of the decoded tables; NULL: not shared */
} FirmwareTables;

/* Adds an owner. The tables must not change afterwards. Tables without a count cannot be shared. */
FirmwareTables firmware_tables_share(const FirmwareTables *tables);

/* Drops one owner; the last frees the data. */
void firmware_tables_done(FirmwareTables *tables);
