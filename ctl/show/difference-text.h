/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Formats one side of a difference: short, one line, safe for terminals. */

#include <jansson.h>

/* A fact is its value, or "unknown" with the reason. Of an array, only elements missing in `other` (may
 * be NULL). malloc'ed; NULL: out of memory. */
char *difference_text(const json_t *value, const json_t *other);
