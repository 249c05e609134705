/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What holds of every guest that a form gave. */

#include <stdbool.h>

#include "profile/guest/guest.h"

void guest_again_expect(bool holds);

/* Printable, not empty, and ended. */
void guest_again_error(const char *text, size_t size);

/* Filled in with defaults, written and read back it is the same document. Releases the guest. */
void guest_again(Guest *guest);
