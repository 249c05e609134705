/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How many more devices of one kind fit beside a guest, as it is and at every width. Pure. */

#include "guest/rules/check.h"

#define FIT_WIDTH_MIN 36
#define FIT_WIDTH_MAX 52
#define FIT_COUNT_MAX 256

typedef struct FitWidth {
        uint8_t bits;
        uint32_t n;         /* that fit */
        uint32_t n_reached; /* of them without a warning: peer-to-peer reaches them too */
} FitWidth;

typedef struct Fit {
        Verdict before; /* the guest without them: they fit nowhere where it is unsafe itself */
        uint32_t wanted;
        FitWidth now; /* at the guest's own width */
        size_t n_widths;
        FitWidth widths[FIT_WIDTH_MAX - FIT_WIDTH_MIN + 1];
        uint8_t bits_for_all; /* smallest width at which `wanted` fit; 0 none here */
        uint64_t each;        /* bytes of the window that one takes; 0: no 64-bit BAR */
        Rule stops;           /* ends the count */
        char *why;            /* and what it says; "" when FIT_COUNT_MAX fit */
        size_t n_missing;
        char (*missing)[96]; /* owned */
        size_t n_refused;
        char **refused; /* why VFIO takes no such device here, wherever its BARs fit; owned */
} Fit;

void fit_done(Fit *fit);

/* The device's BARs are given, or it has an address on this host. Fills the guest's as check_guest() does. -ENOMEM. */
int fit_devices(Guest *guest, const Profile *profile, const GuestDevice *device, uint32_t wanted, Fit *ret);
