/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The guest that a process runs. Only values from the kernel are trusted: users, groups, label, limits,
 * and the name of the program's file. The process chooses its command line and name itself. */

#include "ctl/process/process-job.h"
#include "ctl/process/process-place.h"
#include "guest/form/words/vm.h"

typedef struct ProcessGuest {
        char program[64]; /* "qemu-system-x86_64", printable */
        bool is_vmm;      /* by the file's name; if not accessible, by the process's own name */
        Guest guest;
        ProcessPlace place;
} ProcessGuest;

void process_guest_done(ProcessGuest *guest);

/* Runs in a child of a job, which then has the rights of that process only. With `only_vmm`, other
 * processes and those of a foreign architecture are skipped. Returns 0, -EINVAL with *reterr filled, or
 * another -errno. */
int process_guest_read(
                const ProcessJob *job, void *channel, bool only_vmm, ProcessGuest *ret, VmError *reterr);

/* The same for one process, in a child (`check --pid`). Fills `*reterr` unless it returns -ENOMEM. */
int process_guest_fetch(int process, Guest *ret, ProcessPlace *ret_place, VmError *reterr);
