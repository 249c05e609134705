/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Callers: bus connections by unique name, and their users, whose share is counted. A user is remembered
 * after the last connection closes: reconnecting gives no new share. No I/O. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

#include "dbus/limit.h"
#include "dbus/share.h"

#define SENDERS_MAX 2048
#define SENDER_NAME_MAX 31
#define USERS_MAX 64

typedef struct User {
        uid_t uid;
        bool used;
        bool privileged; /* root and the service's user: not counted */
        unsigned n_senders, n_waiting;
        size_t waiting_bytes;
        uint64_t turn; /* of its last job */
        Share share;
        RateLimit refusals; /* no reply above this rate */
} User;

typedef struct Sender {
        TAILQ_ENTRY(Sender) entry;
        char name[SENDER_NAME_MAX + 1];
        User *user;             /* `strangers` of the table until known */
        void *question, *owner; /* the caller's */
        uint64_t asked_usec;
        unsigned n_waiting;
        size_t waiting_bytes;
        unsigned n_early; /* calls before the user is known, and their cost */
        int64_t early_cpu_nsec, early_bytes;
} Sender;

typedef struct Senders {
        TAILQ_HEAD(SenderList, Sender) list; /* least recently active first */
        void *names;                         /* tsearch(3) */
        size_t n;
        User users[USERS_MAX];
        User strangers, others; /* not identified; over USERS_MAX */
        Share all;              /* of all unprivileged users */
} Senders;

/* The service's own user. */
void senders_init(Senders *senders, uid_t own);

Sender *senders_find(Senders *senders, const char *name);

/* NULL: name too long or out of memory. If the table is full, also returns NULL, and `ret_evicted` is a
 * sender to remove first, of the user with most senders. */
Sender *senders_add(Senders *senders, const char *name, Sender **ret_evicted);
void senders_remove(Senders *senders, Sender *sender);

/* Charges the sender's calls, also past ones, to this user. */
void senders_identify(Senders *senders, Sender *sender, uid_t uid, uint64_t now_usec);

/* Whether a user may be served now; charges the cost. */
bool senders_may(Senders *senders, User *user, uint64_t now_usec);
void senders_take(Senders *senders, User *user, int64_t cpu_nsec, int64_t bytes);

/* The same for a sender; its user pays once known. */
void senders_charge(Senders *senders, Sender *sender, int64_t cpu_nsec, int64_t bytes);

/* A call of a sender starts waiting; ends waiting. */
void senders_wait(Sender *sender, size_t bytes);
void senders_served(Sender *sender, size_t bytes);

static inline bool sender_known(const Senders *senders, const Sender *sender) {
        return sender->user != &senders->strangers;
}
