/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Replaces a hex dump by its bytes in place: plain digits, or "OFFSET: digits  text" per line. Returns
 * false and keeps the text if it is not a hex dump. */
bool hex_dump_decode(uint8_t *text, size_t n, size_t *ret);
