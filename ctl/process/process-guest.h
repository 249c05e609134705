/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The guest that a process runs. Of what a process shows only this is believed: the kernel's word on its users, groups, label
 * and limits, and the name of its program's file. Its command line and its name are whatever it says they are. */

#include "ctl/process/process-job.h"
#include "ctl/process/process-place.h"
#include "guest/form/words/vm.h"

typedef struct ProcessGuest {
        char program[64]; /* "qemu-system-x86_64", printable */
        bool is_vmm;      /* by its file's name; where that may not be seen, by what it calls itself */
        Guest guest;
        ProcessPlace place;
} ProcessGuest;

void process_guest_done(ProcessGuest *guest);

/* In a child of a job, which has that process's rights afterwards and no others. With `only_vmm`, a process that is no VMM is
 * left at that, and so is one of a foreign architecture. 0, -EINVAL with *reterr filled, or another -errno. */
int process_guest_read(
                const ProcessJob *job, void *channel, bool only_vmm, ProcessGuest *ret, VmError *reterr);

/* The same of one process, in a child: for `check --pid`. `*reterr` is filled unless it is -ENOMEM. */
int process_guest_fetch(int process, Guest *ret, ProcessPlace *ret_place, VmError *reterr);
