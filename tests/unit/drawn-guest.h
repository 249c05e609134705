/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Guests and hosts drawn from bytes, most of them such as QEMU starts and with what is likely to meet: memory up to the end of
 * each width, windows, ports. For the tests and the fuzz target that hold layouts to what must never overlap. */

#include "guest/guest.h"
#include "guest/layout/layout.h"

#define DRAWN_DEVICES_MAX 6

typedef struct DrawnGuest {
        Guest guest; /* points into the struct: nothing to free */
        GuestDevice devices[DRAWN_DEVICES_MAX];
        LayoutHost host;
} DrawnGuest;

/* Bytes that are not there are zero. */
void drawn_guest(const uint8_t *data, size_t n, DrawnGuest *ret);

/* By a list of its own, not by the project's: what must never share addresses. NULL: nothing does. */
const char *drawn_overlap(const DrawnGuest *drawn, const Layout *layout);
