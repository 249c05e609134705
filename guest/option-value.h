/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What stands behind an option, "host,+invtsc,host-phys-bits-limit=39" or the same as JSON, with one part of it changed. Texts
 * that are returned are the caller's; NULL: out of memory. */

#include <stdbool.h>

/* The key's value, of the last part that has it; the first part without "=" is the implied key's. NULL: not there, or out of
 * memory. Underscores count as dashes; "+key" is on, "-key" off. */
char *option_get(const char *text, const char *implied, const char *key);

/* Puts the value in place of the key's last one, behind all others when there is none, and removes others of that key. */
char *option_set(const char *text, const char *implied, const char *key, const char *value);
