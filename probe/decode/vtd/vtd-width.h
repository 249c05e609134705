/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Address widths by the registers of a VT-d unit (VT-d specification, 3.6 and 11.4.2;
 * drivers/iommu/intel/iommu.c). 0 means "none": no usable page-table depth. */

#include "probe/decode/vtd/vtd-cap.h"
#include "probe/decode/vtd/vtd-ecap.h"

/* MGAW + 1: the unit's maximum width. */
unsigned vtd_mgaw_bits(const VtdCap *cap);

/* The maximum width in SAGAW that Linux uses: 39, 48 or 57; 0 if none. */
unsigned vtd_sagaw_bits(const VtdCap *cap);

/* Domains, 16 to 65536; 0 for the reserved encoding 7. */
unsigned vtd_domains(const VtdCap *cap);

/* Second-stage tables: min(MGAW, SAGAW). Kernels with generic page tables (Linux 7.0) select the depth by
 * MGAW within SAGAW, with the same result above 30 bits. */
unsigned vtd_second_stage_bits(const VtdCap *cap);

/* The same in scalable mode with a first stage: depths that both stages support, 48 and with FS5LP 57. */
unsigned vtd_second_stage_bits_scalable(const VtdCap *cap);

/* First-stage tables, lower half: min(MGAW, 57 or 48) - 1; 0 without scalable mode or first stage. */
unsigned vtd_first_stage_bits(const VtdCap *cap, const VtdEcap *ecap);
