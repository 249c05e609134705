/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* VT-d Capability Register, offset 0x08 (VT-d specification, 11.4.2; kernel: drivers/iommu/intel/iommu.h).
 * Names are the current specification's; older ones use SL for second-level and FL for first-level. */

#include "probe/decode/register.h"

/* Number of domains, required write-buffer flush, caching mode, adjusted guest widths, maximum guest address
 * width - 1, fault recording offset (16-byte units), second-stage large pages, fault registers - 1, … */
#define VTD_CAP_FIELDS(X)           \
        X(ND, nd, 2, 0)             \
        X(AFL, afl, 3, 3)           \
        X(RWBF, rwbf, 4, 4)         \
        X(PLMR, plmr, 5, 5)         \
        X(PHMR, phmr, 6, 6)         \
        X(CM, cm, 7, 7)             \
        X(SAGAW, sagaw, 12, 8)      \
        X(MGAW, mgaw, 21, 16)       \
        X(ZLR, zlr, 22, 22)         \
        X(ISOCH, isoch, 23, 23)     \
        X(FRO, fro, 33, 24)         \
        X(SSLPS, sslps, 37, 34)     \
        X(PSI, psi, 39, 39)         \
        X(NFR, nfr, 47, 40)         \
        X(MAMV, mamv, 53, 48)       \
        X(DWD, dwd, 54, 54)         \
        X(DRD, drd, 55, 55)         \
        X(FS1GP, fs1gp, 56, 56)     \
        X(PI, pi, 59, 59)           \
        X(FS5LP, fs5lp, 60, 60)     \
        X(ECMDS, ecmds, 61, 61)     \
        X(ESIRTPS, esirtps, 62, 62) \
        X(ESRTPS, esrtps, 63, 63)

typedef struct VtdCap {
        VTD_CAP_FIELDS(REGISTER_MEMBER)
} VtdCap;

extern const RegisterField vtd_cap_fields[];
extern const size_t vtd_cap_n_fields;

void vtd_cap_decode(uint64_t value, VtdCap *ret);
