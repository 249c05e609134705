/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --firmware and --qemu: what runs a guest, where its description does not say it or says it wrongly. */

#include "ctl/origin/guest-options.h"
#include "guest/guest.h"

typedef struct GuestChoice {
        bool has_firmware;
        FirmwareKind kind;
        GuestVersion firmware; /* all zero: not given */
        GuestVersion qemu;     /* all zero: not given */
} GuestChoice;

/* An exit status; what is wrong is on standard error. */
int guest_choice_parse(const GuestOptions *options, GuestChoice *ret);
/* They go before what the description says. -ENOMEM, -E2BIG. */
int guest_choice_apply(const GuestChoice *choice, Guest *guest);
