/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --firmware and --qemu: what runs a guest, where its description does not say it or says it wrongly. */

#include "ctl/verb/options.h"
#include "guest/guest.h"

typedef struct VmChoice {
        bool has_firmware;
        FirmwareKind kind;
        GuestVersion firmware; /* all zero: not given */
        GuestVersion qemu;     /* all zero: not given */
} VmChoice;

/* An exit status; what is wrong is on standard error. */
int vm_choice_parse(const Options *options, VmChoice *ret);
/* They go before what the description says. -ENOMEM, -E2BIG. */
int vm_choice_apply(const VmChoice *choice, Guest *guest);
