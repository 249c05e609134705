/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What holds of every guest that a form gave. */

#include <stdbool.h>

#include "guest/guest.h"

/* Stops the run, and says what does not hold and where. */
#define guest_again_expect(holds) guest_again_expect_at(holds, #holds, __FILE__, __LINE__)
void guest_again_expect_at(bool holds, const char *what, const char *file, int line);

/* Printable, not empty, and ended. */
void guest_again_error(const char *text, size_t size);

/* Filled in with defaults, written and read back it is the same document. Releases the guest. */
void guest_again(Guest *guest);
