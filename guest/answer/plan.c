/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guest/answer/search.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/remedy/remedy.h"
#include "probe/cleanup.h"

#define BEAM 6          /* sets extended by one more change */
#define TRIALS_MAX 3000 /* full checks for one plan */
#define CANDIDATES_MAX 256

/* Findings left in a guest; the first member that differs decides. */
typedef struct Score {
        size_t always; /* 1: unsafe with every answer to what is open */
        size_t unsafe, missing, warnings;
} Score;

typedef struct Set {
        size_t n;
        Change changes[CHECK_PLAN_MAX];
        Score score;
} Set;

typedef struct Search {
        const Guest *guest;
        const Profile *profile;
        const ProfileDevice *const *places;
        size_t n_candidates;
        Change candidates[CANDIDATES_MAX];
        bool no_window;   /* QEMU's virt leaves its 64-bit window out */
        bool gives_up_it; /* changes that make this a setting are tried, too */
        unsigned trials;
} Search;

/* Information is not counted. */
static Score score_of(const Check *check) {
        Score score = { .missing = check->n_missing };

        for (size_t i = 0; i < check->n; i++) {
                score.unsafe += check->findings[i].verdict == VERDICT_UNSAFE;
                score.warnings += check->findings[i].verdict == VERDICT_WARNING;
        }
        score.always = score.unsafe > 0;
        return score;
}

static int compare(const Score *a, const Score *b) {
        if (a->always != b->always)
                return a->always < b->always ? -1 : 1;
        if (a->unsafe != b->unsafe)
                return a->unsafe < b->unsafe ? -1 : 1;
        if (a->missing != b->missing)
                return a->missing < b->missing ? -1 : 1;
        if (a->warnings != b->warnings)
                return a->warnings < b->warnings ? -1 : 1;
        return 0;
}

static void add_candidate(Search *search, const Change *change) {
        for (size_t i = 0; i < search->n_candidates; i++)
                if (search->candidates[i].kind == change->kind &&
                                search->candidates[i].value == change->value)
                        return;
        if (search->n_candidates < CANDIDATES_MAX)
                search->candidates[search->n_candidates++] = *change;
}

/* For findings of one check. */
static void add_candidates(Search *search, const Guest *guest, const Check *check) {
        Change own[REMEDY_CANDIDATES_MAX];

        for (size_t i = 0; i < check->n && check->findings[i].verdict != VERDICT_SAFE; i++) {
                size_t n = remedy_candidates(
                                guest, search->profile, search->places, check, &check->findings[i], own);

                for (size_t j = 0; j < n; j++)
                        add_candidate(search, &own[j]);
        }
}

/* Width modes are one setting, and so is the policy of devices. */
static bool same_setting(ChangeKind a, ChangeKind b) {
        bool width_a = a == CHANGE_WIDTH || a == CHANGE_WIDTH_HOST,
             width_b = b == CHANGE_WIDTH || b == CHANGE_WIDTH_HOST,
             policy_a = a == CHANGE_RDM_RELAXED || a == CHANGE_RDM_SHARED,
             policy_b = b == CHANGE_RDM_RELAXED || b == CHANGE_RDM_SHARED;

        return a == b || (width_a && width_b) || (policy_a && policy_b);
}

static int apply(const Search *search, const Set *set, Guest *ret) {
        *ret = *search->guest;
        for (size_t i = 0; i < set->n; i++)
                if (!change_apply(&set->changes[i], ret))
                        return 0;
        return 1;
}

/* Scores the worst of all answers to open questions. */
static void score_worst(const Leaves *leaves, Score *ret) {
        size_t always = 1;

        *ret = (Score){};
        for (size_t i = 0; i < leaves->n; i++) {
                Score score = score_of(&leaves->items[i].check);

                always &= score.always;
                if (compare(&score, ret) > 0)
                        *ret = score;
        }
        ret->always = always;
}

static int score_open(Search *search, const Guest *guest, Score *ret) {
        _cleanup_(leaves_done) Leaves leaves = {};
        int r = leaves_collect(guest, search->profile, search->places, &leaves);

        if (r < 0)
                return r;
        search->trials += (unsigned) leaves.n;
        score_worst(&leaves, ret);
        return 0;
}

/* 1: tried, the set has its score. 0: not applicable, too many trials, or more unsafe findings than
 * `limit`. */
static int try_set(Search *search, const Score *limit, Set *set) {
        Guest changed;
        Check after = {};
        bool open;
        int r;

        if (search->trials >= TRIALS_MAX || !apply(search, set, &changed))
                return 0;
        search->trials++;
        r = check_rules(&changed, search->profile, search->places, &after);
        if (r < 0)
                return r;
        set->score = score_of(&after);
        open = check_is_open(&changed, &after);
        check_done(&after);
        if (limit && set->score.unsafe > limit->unsafe)
                return 0;
        r = open ? score_open(search, &changed, &set->score) : 0;
        return r < 0 ? r : 1;
}

/* Keeps the best sets, sorted; of equal ones the first. */
static void keep(Set beam[BEAM], size_t *n, const Set *set) {
        size_t at = *n;

        while (at > 0 && compare(&set->score, &beam[at - 1].score) < 0)
                at--;
        if (at == BEAM)
                return;
        if (*n < BEAM)
                ++*n;
        memmove(&beam[at + 1], &beam[at], (*n - at - 1) * sizeof(*beam));
        beam[at] = *set;
}

/* The guest's map stays as it is without its window: only the warning goes. */
static bool gives_up(const Search *search, const Change *change) {
        return search->no_window && !search->gives_up_it && change->kind == CHANGE_HIGHMEM_MMIO &&
                        !change->value;
}

static int extend(Search *search, const Set *from, bool memory, Set beam[BEAM], size_t *n) {
        for (size_t i = 0; i < search->n_candidates; i++) {
                const Change *change = &search->candidates[i];
                Set set = *from;
                bool taken = (change->kind == CHANGE_RAM && !memory) || gives_up(search, change);
                int r;

                for (size_t j = 0; j < from->n; j++)
                        taken = taken || same_setting(from->changes[j].kind, change->kind);
                if (taken)
                        continue;
                set.changes[set.n++] = *change;
                r = try_set(search, *n == BEAM ? &beam[BEAM - 1].score : NULL, &set);
                if (r < 0)
                        return r;
                if (r > 0)
                        keep(beam, n, &set);
        }
        return 0;
}

/* Adds one change at a time, while that improves the score. */
static int search_sets(Search *search, bool memory, Set *best) {
        Set beam[BEAM] = { *best };
        size_t n = 1;

        for (size_t level = best->n; level < CHECK_PLAN_MAX; level++) {
                Set longer[BEAM];
                size_t n_longer = 0;

                if (best->score.unsafe + best->score.warnings == 0)
                        return 0;
                for (size_t i = 0; i < n; i++) {
                        int r = extend(search, &beam[i], memory, longer, &n_longer);

                        if (r < 0)
                                return r;
                }
                if (n_longer == 0)
                        return 0;
                if (compare(&longer[0].score, &best->score) < 0)
                        *best = longer[0];
                else if (level > 0)
                        return 0;
                memcpy(beam, longer, n_longer * sizeof(*beam));
                n = n_longer;
        }
        return 0;
}

/* Removes changes no longer needed. */
static int shorten(Search *search, Set *set) {
        for (size_t i = 0; set->n > 1 && i < set->n;) {
                Set shorter = *set;
                int r;

                shorter.n--;
                memmove(&shorter.changes[i], &shorter.changes[i + 1],
                                (shorter.n - i) * sizeof(shorter.changes[0]));
                r = try_set(search, NULL, &shorter);
                if (r < 0)
                        return r;
                if (r > 0 && compare(&shorter.score, &set->score) <= 0)
                        *set = shorter;
                else
                        i++;
        }
        return 0;
}

/* ── result ────────────────────────────────────────────────────────────────────────────────────────────── */

static bool is_left(const Leaves *leaves, const CheckFinding *finding) {
        for (size_t i = 0; i < leaves->n; i++)
                for (size_t j = 0; j < leaves->items[i].check.n; j++) {
                        const CheckFinding *left = &leaves->items[i].check.findings[j];

                        if (left->verdict >= finding->verdict && left->rule == finding->rule &&
                                        strcmp(left->subject, finding->subject) == 0)
                                return true;
                }
        return false;
}

static void mark(const Leaves *leaves, CheckFinding *findings, size_t n) {
        for (size_t i = 0; i < n; i++)
                findings[i].in_plan = findings[i].verdict > VERDICT_SAFE && !is_left(leaves, &findings[i]);
}

static int put_plan(const Search *search, const Set *set, Check *check) {
        _cleanup_(leaves_done) Leaves leaves = {};
        CheckPlan *plan = &check->plan;
        Check after = {};
        Guest changed;
        int r;

        apply(search, set, &changed);
        r = check_every(&changed, search->profile, search->places, &after);
        if (r >= 0)
                r = leaves_collect(&changed, search->profile, search->places, &leaves);
        if (r >= 0)
                r = change_forms(search->guest, set->changes, set->n, &plan->forms);
        if (r >= 0) {
                plan->n = set->n;
                memcpy(plan->changes, set->changes, sizeof(plan->changes));
                plan->verdict = after.verdict;
                for (size_t i = 0; i < after.n; i++)
                        plan->remaining += after.findings[i].verdict != VERDICT_SAFE;
                mark(&leaves, check->findings, check->n);
                for (size_t i = 0; i < check->n_alternatives; i++)
                        mark(&leaves, check->alternatives[i].findings, check->alternatives[i].n);
        }
        check_done(&after);
        return r;
}

static int search_start(Search *search, Set *best) {
        _cleanup_(leaves_done) Leaves leaves = {};
        int r = leaves_collect(search->guest, search->profile, search->places, &leaves);

        for (size_t i = 0; r >= 0 && i < leaves.n; i++) {
                const Check *check = &leaves.items[i].check;
                Guest guest;

                leaf_guest(&leaves, &leaves.items[i], &guest);
                search->no_window |= (check->layout.dropped & 1U << DROPPED_WINDOW64) != 0;
                add_candidates(search, &guest, check);
        }
        if (r >= 0)
                score_worst(&leaves, &best->score);
        return r;
}

int plan_search(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Check *check) {
        _cleanup_free_ Search *search = calloc(1, sizeof(*search));
        Set best = {};
        int r;

        if (!search)
                return -ENOMEM;
        *search = (Search){ .guest = guest, .profile = profile, .places = places };
        r = search_start(search, &best);
        if (r >= 0)
                r = search_sets(search, false, &best);
        if (r >= 0 && search->no_window && best.score.unsafe + best.score.warnings > 0) {
                search->gives_up_it = true;
                r = search_sets(search, false, &best);
        }
        /* Less memory only if nothing else makes it run. */
        if (r >= 0 && best.score.unsafe > 0)
                r = search_sets(search, true, &best);
        if (r >= 0)
                r = shorten(search, &best);
        return r < 0 || best.n == 0 ? r : put_plan(search, &best, check);
}
