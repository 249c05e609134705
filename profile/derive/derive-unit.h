/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One IOMMU unit of each kind that has registers: what they mean under this kernel. Steps of derive_iommus(). */

#include "profile/derive/derive-steps.h"

Fact unit_register(const RegisterFact *fact, const char *unit, const char *file);
Fact unit_not_applicable(const char *what);

/* Widths that a domain of VFIO's may have, as far as is known: the narrowest is what may be relied on. */
typedef struct UnitWidths {
        unsigned narrowest, widest; /* 0: none */
        char source[FACT_SOURCE_MAX];
} UnitWidths;

/* Takes one more into account; 0 is none and changes nothing. The source is the narrowest's. */
void unit_widths_add(UnitWidths *widths, unsigned bits, const char *source);

/* Derived where there is one answer, assumed where the kernel may give a wider one; unknown without any. */
Fact unit_widths_fact(const UnitWidths *widths, const char *none);

void derive_vtd(const Facts *facts, const IommuFact *fact, ProfileIommu *ret);
void derive_amdvi(const Facts *facts, const FirmwareTables *firmware, const IommuFact *fact,
                ProfileIommu *ret);
