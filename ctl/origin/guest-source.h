/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/origin/guest-options.h"
#include "guest/guest.h"

/* The guest that a command line names, with the defaults of its VMM, and of what is installed here where the host that is
 * asked about is this one, as far as that tells of a process. The exit status; why it failed is on standard error. */
int guest_source(const Options *options, const GuestOptions *which, int argc, char **argv, Guest *ret);
