/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A UUID as the kernel names mediated devices by it (RFC 9562, section 4; printf's %pUl). */

#include <stdbool.h>

#include "probe/decode/bytes.h"

#define UUID_TEXT_MAX 37

/* Hexadecimal digits of either case in groups of 8, 4, 4, 4 and 12; in lower case with a NUL into ret. */
bool uuid_parse(Bytes text, char ret[UUID_TEXT_MAX]);
