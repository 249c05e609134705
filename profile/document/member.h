/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Members of a profile document that anybody may have written: what is missing or of another type is not there, and
 * nothing is taken for zero. Nothing here takes or gives a reference; NULL goes in where a member is missing. */

#include <jansson.h>
#include <stdbool.h>

#include "probe/decode/memory/range.h"

/* By its path through objects, "widths.iovaBits"; NULL when it is not there. */
json_t *member_at(json_t *document, const char *path);

/* Has the four members of a fact: value, provenance, source, reason. */
bool member_is_fact(const json_t *value);

/* A fact's value as a width; false unless it is 1..64. */
bool member_bits(const json_t *fact, unsigned *ret);

/* A fact's value as yes or no. */
bool member_state(const json_t *fact, bool *ret);

/* Why a fact has no value: its reason; "missing" when there is no such fact, "malformed" when it gives no reason. */
const char *member_reason(const json_t *fact);

/* "0x…" as it stands in documents. */
bool member_address(const json_t *text, uint64_t *ret);

/* An array of {start, end}: 1 and the normalised union, 0 when it is not such an array, -ENOMEM. */
int member_ranges(const json_t *array, RangeSet *ret);
