/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where the requests of a PCI function go, by the ACPI IORT, and the memory that firmware reserves for it. */

#include "probe/decode/acpi/iort.h"
#include "probe/decode/pci/pci-address.h"
#include "profile/profile.h"

#define IORT_NO_UNIT (-1)

typedef struct IortStream {
        int unit; /* index; IORT_NO_UNIT: none */
        uint32_t id;
} IortStream;

IortStream iort_stream(const Iort *iort, const PciAddress *address);

/* Whether an RMR, which names ids behind a unit, is for it. */
bool iort_reserved_for(const IortReserved *reserved, IortStream stream);

/* Whether the kernel drives the SMMU with registers at that address, whose name has it. */
bool smmu_driven(const Profile *profile, uint64_t base);
