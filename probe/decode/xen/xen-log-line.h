/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Pieces of a line of Xen's log: a cursor that moves over the text. */

#include <stdbool.h>
#include <stdint.h>

#include "probe/decode/bytes.h"

/* Takes "(XEN) " and a time in brackets (console_timestamps=), and the blanks at both ends. False: not a line of Xen. */
bool xen_line_begin(Bytes *line);

/* Takes the word off the front. False and unchanged if the text does not start with it. */
bool xen_line_take(Bytes *line, const char *word);

/* Takes the number on the front: digits, with "0x" or without in base 16. False and unchanged if there is none. */
bool xen_line_number(Bytes *line, unsigned base, uint64_t *ret);
