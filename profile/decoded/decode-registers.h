/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Output of `hawctl decode vtd` and `hawctl decode amdvi`. New references; NULL if out of memory. */

#include <jansson.h>
#include <stdint.h>

/* {cap, ecap, mgawBits, secondStageBits, firstStageBits, domains}: the first two by mnemonic with raw
 * values; null for unusable widths. */
json_t *decode_vtd_json(uint64_t cap, uint64_t ecap);

/* {efr, efr2, hostLevels, guestLevels}; efr2 NULL: null in the document. */
json_t *decode_amdvi_json(uint64_t efr, const uint64_t *efr2);
