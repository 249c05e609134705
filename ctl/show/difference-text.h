/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One side of a difference for a person: short, on one line, and harmless to a terminal. */

#include <jansson.h>

/* A fact is its value, or "unknown" with the reason. Of an array only what `other`, which may be NULL, has not.
 * malloc'ed; NULL when out of memory. */
char *difference_text(const json_t *value, const json_t *other);
