/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Asks hosts for their profiles over ssh, some at a time, in one event loop. */

#include "ctl/fleet/gather-output.h"
#include "ctl/fleet/gather-progress.h"
#include "ctl/fleet/host-list.h"
#include "ctl/fleet/ssh-child.h"

typedef struct GatherPlan {
        const HostList *hosts;
        SshQuestion question;
        unsigned jobs;    /* hosts at a time */
        unsigned seconds; /* for each */
} GatherPlan;

/* Asks those that the output does not have, and puts their answers there. Returns an exit status after
 * printing each failure: EXIT_SUCCESS if all hosts have answered. */
int gather_run(const GatherPlan *plan, GatherOutput *output);
