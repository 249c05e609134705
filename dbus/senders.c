/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/senders.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* An honest client gets an error for as many calls as may wait. Not for more: dbus-daemon reads 2 KiB
 * from us per round of its clients, and other answers queue behind the errors. */
#define REFUSALS                                                \
        (RateLimit) {                                           \
                .interval_usec = UINT64_C(4000000), .burst = 32 \
        }

/* A tenth of a CPU, and the objects of a host with 512 groups each second. A client that reads nothing
 * takes 3.5 minutes to fill dbus-daemon's buffer for the service's answers (127 MiB), after which it
 * stops reading from the service. */
static const ShareLimits user_limits = {
        .cpu_nsec = 1000000000,
        .cpu_nsec_per_second = 100000000,
        .bytes = 16 << 20,
        .bytes_per_second = 512 << 10,
};
static const ShareLimits all_limits = {
        .cpu_nsec = 5000000000,
        .cpu_nsec_per_second = 500000000,
        .bytes = 64 << 20,
        .bytes_per_second = 2 << 20,
};

/* If unprivileged users have used their total, a user who used less than this part of its own share is
 * served; its cost counts so many times. */
#define MODEST_PART 16
#define SCARCE_TIMES 8
#define SCARCE_MAX (INT64_MAX / SCARCE_TIMES)

static int by_name(const void *a, const void *b) {
        return strcmp(((const Sender *) a)->name, ((const Sender *) b)->name);
}

static void become(User *user, uid_t uid, bool privileged) {
        *user = (User){ .uid = uid, .used = true, .privileged = privileged, .refusals = REFUSALS };
}

void senders_init(Senders *senders, uid_t own) {
        *senders = (Senders){};
        TAILQ_INIT(&senders->list);
        become(&senders->users[0], 0, true);
        become(&senders->users[1], own, true);
        become(&senders->strangers, (uid_t) -1, false);
        become(&senders->others, (uid_t) -1, false);
}

/* ── users ─────────────────────────────────────────────────────────────────────────────────────────────── */

/* Returns a free place, or that of the absent user who was last active longest ago. */
static User *place(Senders *senders) {
        User *oldest = NULL;

        for (size_t i = 0; i < USERS_MAX; i++) {
                User *user = &senders->users[i];

                if (!user->used)
                        return user;
                if (!user->privileged && user->n_senders == 0 &&
                                (!oldest || user->share.filled_usec < oldest->share.filled_usec))
                        oldest = user;
        }
        return oldest;
}

static User *user_of(Senders *senders, uid_t uid) {
        User *user;

        for (size_t i = 0; i < USERS_MAX; i++)
                if (senders->users[i].used && senders->users[i].uid == uid)
                        return &senders->users[i];
        user = place(senders);
        if (!user)
                return &senders->others;
        become(user, uid, false);
        return user;
}

static void move(Sender *sender, User *user) {
        if (sender->user) {
                sender->user->n_senders--;
                sender->user->n_waiting -= sender->n_waiting;
                sender->user->waiting_bytes -= sender->waiting_bytes;
        }
        sender->user = user;
        if (user) {
                user->n_senders++;
                user->n_waiting += sender->n_waiting;
                user->waiting_bytes += sender->waiting_bytes;
        }
}

/* Has nearly all left: a user does not pay for what others took together. */
static bool is_modest(const User *user) {
        return user->share.cpu_nsec > user_limits.cpu_nsec - user_limits.cpu_nsec / MODEST_PART &&
                        user->share.bytes > user_limits.bytes - user_limits.bytes / MODEST_PART;
}

bool senders_may(Senders *senders, User *user, uint64_t now_usec) {
        bool all = share_left(&senders->all, &all_limits, now_usec),
             own = share_left(&user->share, &user_limits, now_usec);

        return user->privileged || (own && (all || is_modest(user)));
}

void senders_take(Senders *senders, User *user, int64_t cpu_nsec, int64_t bytes) {
        if (user->privileged)
                return;
        share_take(&senders->all, &all_limits, cpu_nsec, bytes);
        if (senders->all.filled_usec > 0 && (senders->all.cpu_nsec <= 0 || senders->all.bytes <= 0)) {
                cpu_nsec = cpu_nsec < SCARCE_MAX ? cpu_nsec * SCARCE_TIMES : cpu_nsec;
                bytes = bytes < SCARCE_MAX ? bytes * SCARCE_TIMES : bytes;
        }
        share_take(&user->share, &user_limits, cpu_nsec, bytes);
}

void senders_charge(Senders *senders, Sender *sender, int64_t cpu_nsec, int64_t bytes) {
        senders_take(senders, sender->user, cpu_nsec, bytes);
        if (sender_known(senders, sender))
                return;
        sender->early_cpu_nsec += cpu_nsec;
        sender->early_bytes += bytes;
}

void senders_identify(Senders *senders, Sender *sender, uid_t uid, uint64_t now_usec) {
        move(sender, user_of(senders, uid));
        (void) senders_may(senders, sender->user, now_usec);
        senders_take(senders, sender->user, sender->early_cpu_nsec, sender->early_bytes);
        /* Strangers get back the user's cost, unless the user is over its share. */
        if (senders_may(senders, sender->user, now_usec))
                share_take(&senders->strangers.share, &user_limits, -sender->early_cpu_nsec,
                                -sender->early_bytes);
}

/* ── senders ───────────────────────────────────────────────────────────────────────────────────────────── */

Sender *senders_find(Senders *senders, const char *name) {
        Sender key, **found;

        if (strlen(name) > SENDER_NAME_MAX)
                return NULL;
        strcpy(key.name, name);
        found = tfind(&key, &senders->names, by_name);
        if (!found)
                return NULL;
        TAILQ_REMOVE(&senders->list, *found, entry);
        TAILQ_INSERT_TAIL(&senders->list, *found, entry);
        return *found;
}

static Sender *evicted(const Senders *senders) {
        Sender *sender, *one = NULL;

        TAILQ_FOREACH(sender, &senders->list, entry)
        if (!one || sender->user->n_senders > one->user->n_senders)
                one = sender;
        return one;
}

Sender *senders_add(Senders *senders, const char *name, Sender **ret_evicted) {
        Sender *sender;

        *ret_evicted = senders->n >= SENDERS_MAX ? evicted(senders) : NULL;
        if (*ret_evicted || strlen(name) > SENDER_NAME_MAX)
                return NULL;
        sender = calloc(1, sizeof(Sender));
        if (!sender)
                return NULL;
        strcpy(sender->name, name);
        if (!tsearch(sender, &senders->names, by_name)) {
                free(sender);
                return NULL;
        }
        TAILQ_INSERT_TAIL(&senders->list, sender, entry);
        senders->n++;
        move(sender, &senders->strangers);
        return sender;
}

void senders_remove(Senders *senders, Sender *sender) {
        move(sender, NULL);
        (void) tdelete(sender, &senders->names, by_name);
        TAILQ_REMOVE(&senders->list, sender, entry);
        senders->n--;
        free(sender);
}

void senders_wait(Sender *sender, size_t bytes) {
        sender->n_waiting++;
        sender->waiting_bytes += bytes;
        sender->user->n_waiting++;
        sender->user->waiting_bytes += bytes;
}

void senders_served(Sender *sender, size_t bytes) {
        sender->n_waiting--;
        sender->waiting_bytes -= bytes;
        sender->user->n_waiting--;
        sender->user->waiting_bytes -= bytes;
}
