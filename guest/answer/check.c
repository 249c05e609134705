/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The complete answer: findings for every answer to open questions, remedies of each finding, and a plan. */

#include <errno.h>
#include <stdlib.h>

#include "guest/answer/answer.h"
#include "guest/answer/search.h"
#include "probe/cleanup.h"

/* With more answers than this, single answers get no remedies. */
#define SEARCHES_MAX 64

/* Findings of only some answers: remedies are tried with that answer. */
static int search_each(Leaves *leaves) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < leaves->n && leaves->n <= SEARCHES_MAX; i++) {
                Guest guest;

                leaf_guest(leaves, &leaves->items[i], &guest);
                r = remedy_search(&guest, leaves->profile, leaves->places, &leaves->items[i].check);
        }
        return r;
}

static int check_leaves(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                bool remedies, Check *ret) {
        _cleanup_(leaves_done) Leaves leaves = {};
        int r = leaves_collect(guest, profile, places, &leaves);

        if (r >= 0)
                r = leaves_merge(&leaves, ret);
        if (r < 0)
                return r;
        if (remedies)
                r = remedy_search(guest, profile, places, ret);
        if (r >= 0 && remedies && leaves.n_classes > 1)
                r = search_each(&leaves);
        if (r >= 0 && leaves.n_classes > 1)
                r = leaves_tell(&leaves, ret);
        if (r < 0)
                check_done(ret);
        return r;
}

int check_with_remedies(
                const Guest *guest, const Profile *profile, const ProfileDevice *const *places, Check *ret) {
        int r = check_rules(guest, profile, places, ret);

        if (r < 0)
                return r;
        if (check_is_open(guest, ret)) {
                check_done(ret);
                r = check_leaves(guest, profile, places, true, ret);
                if (r < 0)
                        return r;
        } else
                r = remedy_search(guest, profile, places, ret);
        if (r >= 0)
                r = plan_search(guest, profile, places, ret);
        if (r < 0)
                check_done(ret);
        return r;
}

int check_guest(Guest *guest, const Profile *profile, Check *ret) {
        _cleanup_free_ const ProfileDevice **places = NULL;

        check_fill(guest, profile);
        places = check_places(guest, profile);
        return places ? check_with_remedies(guest, profile, places, ret) : -ENOMEM;
}

int check_verdict(Guest *guest, const Profile *profile, Check *ret) {
        _cleanup_free_ const ProfileDevice **places = NULL;

        check_fill(guest, profile);
        places = check_places(guest, profile);
        return places ? check_every(guest, profile, places, ret) : -ENOMEM;
}

int check_findings(Guest *guest, const Profile *profile, Check *ret) {
        _cleanup_free_ const ProfileDevice **places = NULL;
        int r;

        check_fill(guest, profile);
        places = check_places(guest, profile);
        if (!places)
                return -ENOMEM;
        r = check_rules(guest, profile, places, ret);
        if (r < 0 || !check_is_open(guest, ret))
                return r;
        check_done(ret);
        return check_leaves(guest, profile, places, false, ret);
}
