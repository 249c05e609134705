/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* As whom a process runs, and how to open files with its rights and no others: its command line names them, and anybody
 * can start a process with any command line. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ctl/process/process-label.h"
#include "probe/decode/bytes.h"

#define PROCESS_GROUPS_MAX 65536 /* Linux: NGROUPS_MAX */

typedef struct ProcessIdentity {
        uid_t uids[4]; /* real, effective, saved, of file access */
        gid_t gids[4];
        size_t n_groups;
        gid_t *groups; /* owned */
        char label[PROCESS_LABEL_MAX];
        bool label_unknown; /* it is too long, or may not be read */
        char program[512];  /* its file; "" may not be seen */
} ProcessIdentity;

void process_identity_done(ProcessIdentity *identity);

/* The users and groups of /proc/PID/status. -EINVAL when it is none. */
int process_identity_decode(Bytes status, ProcessIdentity *ret);

/* By its directory in /proc. */
int process_identity_read(int process, ProcessIdentity *ret);

/* From now on this process opens files with the rights of that one: its user, its groups, its label, and without any
 * capability. `before` and `after` were read before and after its command line; a change between them is refused, because
 * the command line may then be of one program and the rights of another. A caller without capabilities keeps its own rights,
 * because the kernel has let it see only processes of its own user. NULL, or why it cannot be: then nothing may be opened.
 * No privilege is left in any case. */
const char *process_identity_take(const ProcessIdentity *before, const ProcessIdentity *after);
