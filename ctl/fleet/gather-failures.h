/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What is printed on standard error when all hosts were asked. */

#include "ctl/fleet/gather-output.h"

/* One line for each host that has failed; `why` is by position in the list, NULL: it has not. */
void gather_failures_print(const HostList *hosts, char *const *why);

/* One line for each host whose document has the machine ID and the hostname of another's: what reads both
 * takes them for one host. */
void gather_doubles_print(const GatherOutput *output);
