/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Registers as JSON objects: mnemonics and raw values. New references; NULL if out of memory. */

#include <jansson.h>
#include <stdint.h>

json_t *register_fields_vtd_cap(uint64_t value);
json_t *register_fields_vtd_ecap(uint64_t value);
json_t *register_fields_amdvi_efr(uint64_t value);
json_t *register_fields_amdvi_efr2(uint64_t value);
