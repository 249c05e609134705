/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Replaces a hex dump by the bytes it stands for: plain digits, or "OFFSET: digits  text" a line. False, and the text
 * is as it was, when it is no hex dump. */
bool hex_dump_decode(uint8_t *text, size_t n, size_t *ret);
