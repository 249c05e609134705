/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The identity of a process, and how to open files with its rights only: its command line names files,
 * and anybody can start a process with any command line. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ctl/process/process-label.h"
#include "probe/decode/bytes.h"

#define PROCESS_GROUPS_MAX 65536 /* Linux: NGROUPS_MAX */

typedef struct ProcessIdentity {
        uid_t uids[4]; /* real, effective, saved, file system */
        gid_t gids[4];
        size_t n_groups;
        gid_t *groups; /* owned */
        char label[PROCESS_LABEL_MAX];
        bool label_unknown; /* too long, or not readable */
        char program[512];  /* its file; "": not accessible */
} ProcessIdentity;

void process_identity_done(ProcessIdentity *identity);

/* Decodes users and groups of /proc/PID/status. -EINVAL: not one. */
int process_identity_decode(Bytes status, ProcessIdentity *ret);

/* By its directory in /proc. */
int process_identity_read(int process, ProcessIdentity *ret);

/* Gives this process the file access rights of that one: its user, groups and label, no capabilities.
 * `before` and `after` were read before and after its command line; a difference is refused, because the
 * command line may belong to one program and the rights to another. A caller without capabilities keeps
 * its rights: the kernel shows it only its own user's processes. Returns NULL, or the reason why no file
 * may be opened. Always drops all privileges. */
const char *process_identity_take(const ProcessIdentity *before, const ProcessIdentity *after);
