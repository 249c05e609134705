/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* VT-d Extended Capability Register, offset 0x10 (VT-d specification, 11.4.3; kernel:
 * drivers/iommu/intel/iommu.h). ECS, DIS, VCS and bit 28 are from older revisions, kept for old hardware. */

#include "probe/decode/register.h"

#define VTD_ECAP_FIELDS(X)        \
        X(C, c, 0, 0)             \
        X(QI, qi, 1, 1)           \
        X(DT, dt, 2, 2)           \
        X(IR, ir, 3, 3)           \
        X(EIM, eim, 4, 4)         \
        X(PT, pt, 6, 6)           \
        X(SC, sc, 7, 7)           \
        X(IRO, iro, 17, 8)        \
        X(MHMV, mhmv, 23, 20)     \
        X(ECS, ecs, 24, 24)       \
        X(MTS, mts, 25, 25)       \
        X(NEST, nest, 26, 26)     \
        X(DIS, dis, 27, 27)       \
        X(PRS, prs, 29, 29)       \
        X(ERS, ers, 30, 30)       \
        X(SRS, srs, 31, 31)       \
        X(NWFS, nwfs, 33, 33)     \
        X(EAFS, eafs, 34, 34)     \
        X(PSS, pss, 39, 35)       \
        X(PASID, pasid, 40, 40)   \
        X(DIT, dit, 41, 41)       \
        X(PDS, pds, 42, 42)       \
        X(SMTS, smts, 43, 43)     \
        X(VCS, vcs, 44, 44)       \
        X(SSADS, ssads, 45, 45)   \
        X(SSTS, ssts, 46, 46)     \
        X(FSTS, fsts, 47, 47)     \
        X(SMPWCS, smpwcs, 48, 48) \
        X(RPS, rps, 49, 49)       \
        X(PMS, pms, 51, 51)       \
        X(ABTS, abts, 52, 52)     \
        X(RPRIVS, rprivs, 53, 53)

typedef struct VtdEcap {
        VTD_ECAP_FIELDS(REGISTER_MEMBER)
} VtdEcap;

extern const RegisterField vtd_ecap_fields[];
extern const size_t vtd_ecap_n_fields;

void vtd_ecap_decode(uint64_t value, VtdEcap *ret);
