/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Changes one part of an option's value: "host,+invtsc,host-phys-bits-limit=39", or the same as JSON. The
 * caller owns returned texts; NULL: out of memory. */

#include <stdbool.h>

/* Value of the last part with that key; a first part without "=" belongs to the implied key. NULL: not
 * found, or out of memory. "_" counts as "-"; "+key" is on, "-key" off. */
char *option_get(const char *text, const char *implied, const char *key);

/* Replaces the key's last value, or appends the key. Other parts of that key are removed. */
char *option_set(const char *text, const char *implied, const char *key, const char *value);
