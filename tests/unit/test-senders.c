/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "dbus/senders.h"

#define SECOND UINT64_C(1000000)
#define OWN 990

static Sender *add(Senders *senders, unsigned number) {
        char name[SENDER_NAME_MAX + 1];
        Sender *evicted, *sender;

        snprintf(name, sizeof(name), ":1.%u", number);
        sender = senders_add(senders, name, &evicted);
        if (evicted) {
                senders_remove(senders, evicted);
                sender = senders_add(senders, name, &evicted);
        }
        assert_non_null(sender);
        return sender;
}

static Sender *add_of(Senders *senders, unsigned number, uid_t uid) {
        Sender *sender = add(senders, number);

        senders_identify(senders, sender, uid, SECOND);
        return sender;
}

static void empty(Senders *senders) {
        Sender *sender;

        while ((sender = TAILQ_FIRST(&senders->list)))
                senders_remove(senders, sender);
        assert_int_equal(senders->n, 0);
}

static void test_names(void **state) {
        Senders senders;
        Sender *sender, *evicted;

        senders_init(&senders, OWN);
        sender = add(&senders, 7);
        assert_ptr_equal(senders_find(&senders, ":1.7"), sender);
        assert_null(senders_find(&senders, ":1.70"));
        assert_null(senders_find(&senders, ":1.7777777777777777777777777777777777777777"));
        assert_null(senders_add(&senders, ":1.7777777777777777777777777777777777777777", &evicted));
        assert_false(sender_known(&senders, sender));
        empty(&senders);
}

/* Coming back with another connection is no way to a new share, and what was taken before the user was known counts. */
static void test_share_stays(void **state) {
        Senders senders;
        Sender *sender;

        senders_init(&senders, OWN);
        sender = add_of(&senders, 1, 1000);
        assert_true(senders_may(&senders, sender->user, SECOND));
        senders_charge(&senders, sender, INT64_MAX / 4, 0);
        assert_false(senders_may(&senders, sender->user, SECOND));
        senders_remove(&senders, sender);
        sender = add_of(&senders, 2, 1000);
        assert_false(senders_may(&senders, sender->user, SECOND));
        empty(&senders);

        senders_init(&senders, OWN);
        sender = add(&senders, 3);
        senders_charge(&senders, sender, INT64_MAX / 4, 0);
        senders_identify(&senders, sender, 1001, SECOND);
        assert_false(senders_may(&senders, sender->user, SECOND));
        empty(&senders);
}

/* Whatever others took: root and the service's own user are served, and another user of whom nobody heard. */
static void test_others(void **state) {
        Senders senders;
        Sender *bad, *good, *root, *own;

        senders_init(&senders, OWN);
        bad = add_of(&senders, 1, 65534);
        good = add_of(&senders, 2, 1000);
        root = add_of(&senders, 3, 0);
        own = add_of(&senders, 4, OWN);
        (void) senders_may(&senders, bad->user, SECOND);
        senders_charge(&senders, bad, 1000000000, 0);
        assert_false(senders_may(&senders, bad->user, SECOND));
        assert_true(senders_may(&senders, good->user, SECOND));
        senders_charge(&senders, bad, INT64_MAX / 4, INT64_MAX / 4);
        for (unsigned i = 0; i < 100; i++) {
                senders_charge(&senders, root, INT64_MAX / 4, INT64_MAX / 4);
                senders_charge(&senders, own, INT64_MAX / 4, INT64_MAX / 4);
        }
        assert_true(senders_may(&senders, root->user, SECOND));
        assert_true(senders_may(&senders, own->user, SECOND));
        empty(&senders);
}

/* All that there is for others is taken by many together: who took nothing yet is served, who took some is not. */
static void test_scarce(void **state) {
        Senders senders;
        Sender *good, *greedy;

        senders_init(&senders, OWN);
        good = add_of(&senders, 0, 1000);
        greedy = add_of(&senders, 1, 1001);
        (void) senders_may(&senders, greedy->user, SECOND);
        senders_charge(&senders, greedy, 100000000, 0);
        assert_true(senders_may(&senders, greedy->user, SECOND));
        for (unsigned i = 2; i < 20; i++) {
                Sender *bad = add_of(&senders, i, 2000 + i);

                (void) senders_may(&senders, bad->user, SECOND);
                senders_charge(&senders, bad, 900000000, 0);
        }
        assert_false(senders_may(&senders, greedy->user, SECOND));
        assert_true(senders_may(&senders, good->user, SECOND));
        /* What it takes then counts eight times: a sixteenth of a second's worth is soon gone. */
        senders_charge(&senders, good, 10000000, 0);
        assert_false(senders_may(&senders, good->user, SECOND));
        assert_true(senders_may(&senders, good->user, 2 * SECOND));
        empty(&senders);
}

/* A full table loses a connection of the user who has most, not those of others. */
static void test_full(void **state) {
        Senders senders;
        Sender *good;

        senders_init(&senders, OWN);
        good = add_of(&senders, 0, 1000);
        for (unsigned i = 1; i < 2 * SENDERS_MAX; i++)
                add_of(&senders, i, 65534);
        assert_int_equal(senders.n, SENDERS_MAX);
        assert_ptr_equal(senders_find(&senders, ":1.0"), good);
        empty(&senders);
}

/* More users than are remembered: the last share one. Who has left makes room, but for root. */
static void test_many_users(void **state) {
        Senders senders;
        Sender *one, *two;

        senders_init(&senders, OWN);
        for (unsigned i = 0; i < USERS_MAX; i++)
                add_of(&senders, i, 1000 + i);
        one = add_of(&senders, 9001, 9001);
        two = add_of(&senders, 9002, 9002);
        assert_ptr_equal(one->user, two->user);
        empty(&senders);
        one = add_of(&senders, 1, 9001);
        two = add_of(&senders, 2, 9002);
        assert_ptr_not_equal(one->user, two->user);
        assert_true(add_of(&senders, 3, 0)->user->privileged);
        empty(&senders);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names),
                cmocka_unit_test(test_share_stays),
                cmocka_unit_test(test_others),
                cmocka_unit_test(test_scarce),
                cmocka_unit_test(test_full),
                cmocka_unit_test(test_many_users),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
