/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `hawctl decode vtd` and `hawctl decode amdvi` print. New references; NULL when out of memory. */

#include <jansson.h>
#include <stdint.h>

/* {cap, ecap, mgawBits, secondStageBits, firstStageBits, domains}: the first two keyed by mnemonics with raw values;
 * null where the registers leave nothing usable. */
json_t *decode_vtd_json(uint64_t cap, uint64_t ecap);

/* {efr, efr2, hostLevels, guestLevels}; efr2 NULL: not given, null in the document. */
json_t *decode_amdvi_json(uint64_t efr, const uint64_t *efr2);
