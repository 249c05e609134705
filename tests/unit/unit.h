/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What every unit test includes: cmocka wants its prerequisites in this order. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "probe/cleanup.h"
#include "probe/decode/bytes.h"

#define BYTES(p, length) ((Bytes){ .data = (const uint8_t *) (p), .n = (length) })
