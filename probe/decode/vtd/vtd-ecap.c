/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/vtd/vtd-ecap.h"

#include "probe/cleanup.h"

const RegisterField vtd_ecap_fields[] = { VTD_ECAP_FIELDS(REGISTER_FIELD) };
const size_t vtd_ecap_n_fields = ELEMENTS(vtd_ecap_fields);

void vtd_ecap_decode(uint64_t value, VtdEcap *ret) {
        VTD_ECAP_FIELDS(REGISTER_DECODE)
}
