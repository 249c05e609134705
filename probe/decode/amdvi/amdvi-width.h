/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Page-table levels and bits by a unit's feature registers (AMD I/O Virtualization specification, 2.2.3;
 * kernel: drivers/iommu/amd/init.c). 0 means "none". */

#include <stdbool.h>

#include "probe/decode/amdvi/amdvi-efr.h"

/* Page-table levels: HATS 0, 1, 2 are 4, 5, 6; 3 is reserved. */
unsigned amdvi_host_levels(const AmdviEfr *efr);

/* GATS 0, 1 are 4, 5; others reserved. */
unsigned amdvi_guest_levels(const AmdviEfr *efr);

/* Aperture of the host (v1) table, which VFIO uses: 48, 57 or 64 bits. */
unsigned amdvi_host_table_bits(const AmdviEfr *efr);

/* Aperture of the guest-format (v2) table: the canonical lower half of 48 bits, or of 57 if both the unit
 * and the kernel use five levels. 0 if GT is clear or GATS is reserved. */
unsigned amdvi_guest_table_bits(const AmdviEfr *efr, bool la57_enabled);

/* The same as Linux computes it: a reserved GATS means four levels. */
unsigned amdvi_guest_domain_bits(const AmdviEfr *efr, bool la57_enabled);
