/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/decode/vtd/vtd-cap.h"

#include "probe/cleanup.h"

const RegisterField vtd_cap_fields[] = { VTD_CAP_FIELDS(REGISTER_FIELD) };
const size_t vtd_cap_n_fields = ELEMENTS(vtd_cap_fields);

void vtd_cap_decode(uint64_t value, VtdCap *ret) {
        VTD_CAP_FIELDS(REGISTER_DECODE)
}
