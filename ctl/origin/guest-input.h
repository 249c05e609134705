/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The guest that a command line names, in whichever form it is. */

#include "ctl/process/process-place.h"
#include "guest/guest.h"

/* argv is what stands behind the verb: a file or "-" with a JSON document, a domain's XML or a command line in it; a QEMU
 * command line itself (behind "--"); or nothing beside --pid=PID. Fills *ret, to be emptied with guest_done(), without
 * defaults. pid is that option, or NULL; with it *ret_place is the process's. The exit status: 1 for what cannot be read, 2 for what is no guest; why
 * is on standard error. */
int guest_input_read(const char *pid, int argc, char **argv, Guest *ret, ProcessPlace *ret_place);
