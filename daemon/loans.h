/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Files given to clients and still open there. dbus-daemon stops reading from a connection with 64 of its
 * files unread by other clients, so files per client are limited. Each file is locked when given; the
 * lock belongs to the open file description and ends with its last descriptor, in the bus or the client.
 * A client can lock its file, too, so each unprivileged user gets a separate copy and affects nobody
 * else. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define LOANS_MAX 48
#define LOANS_OF_OTHERS_MAX 32 /* the rest: privileged users */
#define LOANS_OF_USER_MAX 4    /* see man hawd */
#define LOANS_COPIES_BYTES_MAX (32 << 20)

typedef struct Loan {
        int fd;                   /* to query the lock; 0: none */
        uint64_t original, bytes; /* its inode; a copy's: its length */
        uid_t uid;
        bool privileged;
} Loan;

typedef struct Loans {
        Loan loans[LOANS_MAX];
} Loans;

/* 1: *ret is a new read-only descriptor of a sealed file or a copy. 0: the limit of the user, or of all
 * users, is reached. -errno. */
int loans_give(Loans *loans, int fd, uid_t uid, bool privileged, int *ret);
void loans_done(Loans *loans);
