/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* AMD IOMMU Extended Feature Register, MMIO offset 0x30, and Extended Feature 2 Register, 0x1a0 (AMD I/O
 * Virtualization specification, 3.4.6 and 3.4.21; kernel: drivers/iommu/amd/amd_iommu_types.h). */

#include "probe/decode/register.h"

#define AMDVI_EFR_FIELDS(X)               \
        X(PreFSup, prefsup, 0, 0)         \
        X(PPR, ppr, 1, 1)                 \
        X(XT, xt, 2, 2)                   \
        X(NX, nx, 3, 3)                   \
        X(GT, gt, 4, 4)                   \
        X(IA, ia, 6, 6)                   \
        X(GA, ga, 7, 7)                   \
        X(HE, he, 8, 8)                   \
        X(PC, pc, 9, 9)                   \
        X(HATS, hats, 11, 10)             \
        X(GATS, gats, 13, 12)             \
        X(GLX, glx, 15, 14)               \
        X(SmiF, smif, 17, 16)             \
        X(SmiFRC, smifrc, 20, 18)         \
        X(GAMSup, gamsup, 23, 21)         \
        X(DualPpr, dualppr, 25, 24)       \
        X(DualEvt, dualevt, 29, 28)       \
        X(PASmax, pasmax, 36, 32)         \
        X(MsiCapMmio, msicapmmio, 46, 46) \
        X(GIo, gio, 48, 48)               \
        X(HASup, hasup, 49, 49)           \
        X(EPHSup, ephsup, 50, 50)         \
        X(HDSup, hdsup, 52, 52)           \
        X(SNP, snp, 63, 63)

#define AMDVI_EFR2_FIELDS(X)                        \
        X(SEVSNPIO, sevsnpio, 1, 1)                 \
        X(GCR3TRPMode, gcr3trpmode, 3, 3)           \
        X(SNPAVIC, snpavic, 7, 5)                   \
        X(NumIntRemap, numintremap, 9, 8)           \
        X(HT_RANGE_IGNORE, ht_range_ignore, 11, 11) \
        X(SNPPageMode0, snppagemode0, 13, 13)

typedef struct AmdviEfr {
        AMDVI_EFR_FIELDS(REGISTER_MEMBER)
} AmdviEfr;

extern const RegisterField amdvi_efr_fields[], amdvi_efr2_fields[];
extern const size_t amdvi_efr_n_fields, amdvi_efr2_n_fields;

void amdvi_efr_decode(uint64_t value, AmdviEfr *ret);
