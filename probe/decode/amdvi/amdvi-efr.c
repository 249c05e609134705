/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/amdvi/amdvi-efr.h"

#include "probe/cleanup.h"

const RegisterField amdvi_efr_fields[] = { AMDVI_EFR_FIELDS(REGISTER_FIELD) };
const RegisterField amdvi_efr2_fields[] = { AMDVI_EFR2_FIELDS(REGISTER_FIELD) };
const size_t amdvi_efr_n_fields = ELEMENTS(amdvi_efr_fields);
const size_t amdvi_efr2_n_fields = ELEMENTS(amdvi_efr2_fields);

void amdvi_efr_decode(uint64_t value, AmdviEfr *ret) {
        AMDVI_EFR_FIELDS(REGISTER_DECODE)
}
