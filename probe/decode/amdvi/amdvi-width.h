/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a unit's feature registers mean in levels and bits (AMD I/O Virtualization specification, 2.2.3; kernel:
 * drivers/iommu/amd/init.c). 0 stands for "none". */

#include <stdbool.h>

#include "probe/decode/amdvi/amdvi-efr.h"

/* Page-table levels: HATS 0, 1, 2 are 4, 5, 6; 3 is reserved. */
unsigned amdvi_host_levels(const AmdviEfr *efr);

/* GATS 0, 1 are 4, 5; others reserved. */
unsigned amdvi_guest_levels(const AmdviEfr *efr);

/* Aperture of the host (v1) table, which VFIO uses: 48, 57 or 64 bits. */
unsigned amdvi_host_table_bits(const AmdviEfr *efr);

/* Aperture of the guest-format (v2) table: the canonical lower half of 48 bits, or of 57 when the unit walks five
 * levels and the kernel's own tables have five; 0 when GT is clear or GATS reserved. */
unsigned amdvi_guest_table_bits(const AmdviEfr *efr, bool la57_enabled);

/* The same as Linux builds it: a reserved GATS has four levels there. */
unsigned amdvi_guest_domain_bits(const AmdviEfr *efr, bool la57_enabled);
