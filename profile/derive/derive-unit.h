/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One IOMMU unit of each kind with registers: their meaning under this kernel. Steps of derive_iommus(). */

#include "profile/derive/derive-steps.h"

Fact unit_register(const RegisterFact *fact, const char *unit, const char *file);
Fact unit_not_applicable(const char *what);

/* Possible widths of a VFIO domain, as far as known. Only the narrowest is guaranteed. */
typedef struct UnitWidths {
        unsigned narrowest, widest; /* 0: none */
        char source[FACT_SOURCE_MAX];
} UnitWidths;

/* Adds one width; 0 means none and is ignored. The source is that of the narrowest. */
void unit_widths_add(UnitWidths *widths, unsigned bits, const char *source);

/* Derived if there is one width, assumed if the kernel may give a wider one; unknown without any. */
Fact unit_widths_fact(const UnitWidths *widths, const char *none);

void derive_vtd(const Facts *facts, const IommuFact *fact, ProfileIommu *ret);
/* By lines of the kernel's log, the kernel's page size and its VA_BITS. */
void derive_smmu_v3(const HostIdentity *host, const IommuFact *fact, ProfileIommu *ret);
/* How much of the assumed widths is certain, once all units are known. */
void derive_smmu_v3_at_least(const HostIdentity *host, Profile *profile);
void derive_smmu(const IommuFact *fact, ProfileIommu *ret);
void derive_amdvi(const Facts *facts, const FirmwareTables *firmware, const IommuFact *fact,
                ProfileIommu *ret);
