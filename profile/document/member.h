/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Members of an untrusted profile document: a missing member, or one of another type, counts as missing and
 * never as zero. No function takes or returns ownership; NULL is allowed for missing members. */

#include <jansson.h>
#include <stdbool.h>

#include "probe/decode/memory/range.h"

/* By path, "widths.iovaBits"; NULL if missing. */
json_t *member_at(json_t *document, const char *path);

/* Has all members of a fact: value, provenance, source, reason. */
bool member_is_fact(const json_t *value);

/* A fact's value as a width; false unless 1..64. */
bool member_bits(const json_t *fact, unsigned *ret);

/* A fact's value as yes or no. */
bool member_state(const json_t *fact, bool *ret);

/* The reason of a fact without value; "missing" without such a fact, "malformed" if it has no reason. */
const char *member_reason(const json_t *fact);

/* An array of {start, end}: 1 and the normalised union, 0 if it is no such array, -ENOMEM. */
int member_ranges(const json_t *array, RangeSet *ret);
