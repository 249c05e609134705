/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/process/process-job.h"

/* Starts a child that does the work and writes its answer to *ret_fd. It inherits no other descriptor, so
 * a killed child that does not end keeps nothing open. -errno. */
int process_child_start(
                const ProcessJob *job, ProcessWork work, const void *userdata, pid_t *ret, int *ret_fd);
