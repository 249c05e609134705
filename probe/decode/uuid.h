/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A mediated device's UUID, as the kernel prints it (RFC 9562, section 4; printf's %pUl). */

#include <stdbool.h>

#include "probe/decode/bytes.h"

#define UUID_TEXT_MAX 37

/* Accepts hexadecimal digits of either case in groups of 8, 4, 4, 4 and 12; ret is in lower case. */
bool uuid_parse(Bytes text, char ret[UUID_TEXT_MAX]);
