/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "guest/guest.h"

/* A note that is printable already, to guest.assumed or guest.ignored. The same is there once, however often a form gives
 * cause for it. -ENOMEM, or -E2BIG beyond GUEST_NOTES_MAX. */
int guest_note_add(GuestNote **notes, size_t *n, const GuestNote *note);
