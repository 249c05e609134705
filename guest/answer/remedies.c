/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The smallest change that resolves a rule's findings. Each candidate is checked with the whole guest, so
 * changes that do not help or that break something else are not proposed. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/answer/search.h"
#include "guest/change.h"
#include "guest/remedy/remedy.h"
#include "guest/rules/run.h"

typedef struct Search {
        const Profile *profile;
        const ProfileDevice *const *places;
        const Check *check; /* before any change */
} Search;

static Verdict worst_of(const Check *check, Rule rule) {
        Verdict worst = VERDICT_SAFE;

        for (size_t i = 0; i < check->n; i++)
                if (check->findings[i].rule == rule && check->findings[i].verdict > worst)
                        worst = check->findings[i].verdict;
        return worst;
}

/* A tried change and its new findings. */
typedef struct Trial {
        Change change;
        unsigned left; /* a bit for each rule that then warns */
} Trial;

/* "R3, R4 will then warn"; "" where none is left. */
#define LEFT_MAX 96
static void left_words(unsigned left, char ret[LEFT_MAX]) {
        size_t n = 0;

        *ret = 0;
        for (Rule rule = 0; rule < _RULE_MAX; rule++)
                if (left & 1U << rule)
                        n += (size_t) snprintf(ret + n, LEFT_MAX - n, "%s%s", n > 0 ? ", " : "",
                                        rule_to_string(rule));
        if (n > 0)
                snprintf(ret + n, LEFT_MAX - n, " will then warn");
}

/* No finding of the rule remains, none as bad is new, and no further input is missing. */
static bool helps(const Check *before, const Check *after, Rule rule, Trial *trial) {
        const Verdict was = worst_of(before, rule);

        if (worst_of(after, rule) != VERDICT_SAFE || after->n_missing > before->n_missing)
                return false;
        for (size_t i = 0; i < after->n; i++) {
                const CheckFinding *finding = &after->findings[i];

                if (finding->verdict <= worst_of(before, finding->rule))
                        continue;
                if (finding->verdict >= was)
                        return false;
                trial->left |= 1U << finding->rule;
        }
        return true;
}

/* Losing memory costs more than new warnings. */
static unsigned cost(const Trial *trial) {
        return (trial->change.kind == CHANGE_RAM ? 2 : 0) + (trial->left ? 1 : 0);
}

static int try_change(const Guest *guest, const Search *search, Rule rule, Trial *trial) {
        Guest changed = *guest;
        Check after = {};
        bool good;
        int r;

        if (!change_apply(&trial->change, &changed))
                return 0;
        r = check_rules(&changed, search->profile, search->places, &after);
        /* The finding remains, so no other answer needs a trial. */
        if (r < 0 || (worst_of(&after, rule) != VERDICT_SAFE)) {
                check_done(&after);
                return r;
        }
        r = check_open(&changed, search->profile, search->places, &after);
        if (r < 0)
                return r;
        good = helps(search->check, &after, rule, trial);
        check_done(&after);
        return good;
}

/* The first of the cheapest; candidates: smallest change first. */
static int find_change(const Guest *guest, const Search *search, const CheckFinding *finding, Trial *ret) {
        Change candidates[REMEDY_CANDIDATES_MAX];
        size_t n = remedy_candidates(
                        guest, search->profile, search->places, search->check, finding, candidates);
        bool found = false;

        for (size_t i = 0; i < n && !(found && cost(ret) == 0); i++) {
                Trial trial = { .change = candidates[i] };
                int r = try_change(guest, search, finding->rule, &trial);

                if (r < 0)
                        return r;
                if (r == 0 || (found && cost(&trial) >= cost(ret)))
                        continue;
                *ret = trial;
                found = true;
        }
        return found;
}

static int set_text(char **text, const char *value) {
        char *copy = strdup(value);

        if (!copy)
                return -ENOMEM;
        free(*text);
        *text = copy;
        return 0;
}

int remedy_put_forms(const Guest *guest, CheckFinding *finding, char note[REMEDY_NOTE_MAX]) {
        ChangeForms forms;
        int r = change_forms(guest, &finding->change, 1, &forms);

        if (r < 0)
                return r;
        if (set_text(&finding->libvirt, forms.libvirt) < 0 || set_text(&finding->qemu, forms.option) < 0 ||
                        set_text(&finding->proxmox, forms.proxmox) < 0)
                r = -ENOMEM;
        snprintf(note, REMEDY_NOTE_MAX, "%s", forms.note);
        change_forms_done(&forms);
        return r;
}

static int put_change(const Trial *trial, const Guest *guest, CheckFinding *finding) {
        char words[CHANGE_WORDS_MAX], note[REMEDY_NOTE_MAX], left[LEFT_MAX],
                        text[sizeof(words) + sizeof(left) + sizeof(note) + 8];
        int r;

        finding->changed = true;
        finding->change = trial->change;
        r = remedy_put_forms(guest, finding, note);
        if (r < 0)
                return r;
        change_words(&trial->change, guest, words);
        left_words(trial->left, left);
        snprintf(text, sizeof(text), "%s%s%s%s%s", words, *left ? "; " : "", left, *note ? "; " : "", note);
        return set_text(&finding->remedy, text);
}

static bool first_of_rule(const Check *check, size_t i) {
        for (size_t j = 0; j < i; j++)
                if (check->findings[j].rule == check->findings[i].rule)
                        return false;
        return true;
}

int remedy_search(const Guest *guest, const Profile *profile, const ProfileDevice *const *places,
                Check *check) {
        const Search search = { .profile = profile, .places = places, .check = check };

        for (size_t i = 0; i < check->n && check->findings[i].verdict != VERDICT_SAFE; i++) {
                Trial trial;
                int r;

                if (!first_of_rule(check, i))
                        continue;
                r = find_change(guest, &search, &check->findings[i], &trial);
                if (r < 0)
                        return r;
                for (size_t j = i; r > 0 && j < check->n; j++)
                        if (check->findings[j].rule == check->findings[i].rule &&
                                        check->findings[j].verdict != VERDICT_SAFE)
                                r = put_change(&trial, guest, &check->findings[j]) < 0 ? -ENOMEM : r;
                if (r < 0)
                        return r;
        }
        return 0;
}
