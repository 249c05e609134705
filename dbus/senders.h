/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who calls: connections of the bus by their unique names, and the users they belong to, whose share is counted. A user is
 * remembered when the last of its connections has left: coming back is no way to a new share. No I/O. */

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
        bool privileged; /* root, and whom the service runs as: nothing is counted */
        unsigned n_senders, n_waiting;
        size_t waiting_bytes;
        uint64_t turn; /* when it last had one */
        Share share;
        RateLimit refusals; /* beyond them there is no answer */
} User;

typedef struct Sender {
        TAILQ_ENTRY(Sender) entry;
        char name[SENDER_NAME_MAX + 1];
        User *user;             /* the table's `strangers` until it is known */
        void *question, *owner; /* the caller's */
        uint64_t asked_usec;
        unsigned n_waiting;
        size_t waiting_bytes;
        unsigned n_early; /* calls before the user was known, and what they took */
        int64_t early_cpu_nsec, early_bytes;
} Sender;

typedef struct Senders {
        TAILQ_HEAD(SenderList, Sender) list; /* the one that was heard of last comes last */
        void *names;                         /* tsearch(3) */
        size_t n;
        User users[USERS_MAX];
        User strangers, others; /* not known yet; beyond USERS_MAX */
        Share all;              /* of those who are not privileged, together */
} Senders;

/* The service's own user. */
void senders_init(Senders *senders, uid_t own);

Sender *senders_find(Senders *senders, const char *name);

/* NULL when the name is too long or memory is short. When the table is full, `ret_evicted` is a sender to remove first, of
 * the user who has most of them, and NULL is returned. */
Sender *senders_add(Senders *senders, const char *name, Sender **ret_evicted);
void senders_remove(Senders *senders, Sender *sender);

/* From here on the sender's calls count for this user, and so do those before. */
void senders_identify(Senders *senders, Sender *sender, uid_t uid, uint64_t now_usec);

/* Whether a user may be served now; what serving it took. */
bool senders_may(Senders *senders, User *user, uint64_t now_usec);
void senders_take(Senders *senders, User *user, int64_t cpu_nsec, int64_t bytes);

/* The same of a sender, which pays when its user gets known. */
void senders_charge(Senders *senders, Sender *sender, int64_t cpu_nsec, int64_t bytes);

/* A call of a sender that waits, and that does no more. */
void senders_wait(Sender *sender, size_t bytes);
void senders_served(Sender *sender, size_t bytes);

static inline bool sender_known(const Senders *senders, const Sender *sender) {
        return sender->user != &senders->strangers;
}
