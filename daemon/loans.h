/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files that were given out and that somebody still has open. dbus-daemon reads nothing more from a connection when 64 files
 * of its lie unread with other clients: one that reads none must not get so many. Each file is locked as it is given out;
 * the lock belongs to the open file description and goes with its last descriptor, be it the bus's or the client's. Whoever
 * has a file can lock it, too: so each unprivileged user gets a copy of its own, and harms nobody else's. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LOANS_MAX 48
#define LOANS_OF_OTHERS_MAX 32 /* the rest is for the privileged */
#define LOANS_OF_USER_MAX 4    /* as man hawd says */
#define LOANS_COPIES_BYTES_MAX (32 << 20)

typedef struct Loan {
        int fd;                   /* of the file, to ask for the lock; 0: none */
        uint64_t original, bytes; /* its inode; of a copy: its length */
        uid_t uid;
        bool privileged;
} Loan;

typedef struct Loans {
        Loan loans[LOANS_MAX];
} Loans;

/* 1: *ret is a new descriptor of a sealed file of ours or of a copy, read-only. 0: too many are out, of the user or in all. -errno. */
int loans_give(Loans *loans, int fd, uid_t uid, bool privileged, int *ret);
void loans_done(Loans *loans);
