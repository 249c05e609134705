/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The smallest change that makes a rule's findings go away. Each candidate is tried by a whole check of the guest with it:
 * what would not help, or would break something else, is not proposed. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "profile/guest/change.h"
#include "profile/guest/check-run.h"
#include "profile/guest/remedy-candidates.h"

static Verdict worst_of(const Check *check, const char *rule) {
        Verdict worst = VERDICT_SAFE;

        for (size_t i = 0; i < check->n; i++)
                if (strcmp(check->findings[i].rule, rule) == 0 && check->findings[i].verdict > worst)
                        worst = check->findings[i].verdict;
        return worst;
}

static bool helps(const Check *before, const Check *after, const char *rule) {
        if (worst_of(after, rule) != VERDICT_SAFE || after->n_missing > before->n_missing)
                return false;
        for (size_t i = 0; i < after->n; i++)
                if (after->findings[i].verdict > worst_of(before, after->findings[i].rule))
                        return false;
        return true;
}

static int find_change(const Guest *guest, const Profile *profile, const Check *check,
                const CheckFinding *finding, Change *ret) {
        Change candidates[REMEDY_CANDIDATES_MAX];
        size_t n = remedy_candidates(guest, profile, check, finding, candidates);

        for (size_t i = 0; i < n; i++) {
                Guest changed = *guest;
                Check after = {};
                bool good;
                int r;

                if (!change_apply(&candidates[i], &changed))
                        continue;
                r = check_rules(&changed, profile, &after);
                if (r < 0)
                        return r;
                good = helps(check, &after, finding->rule);
                check_done(&after);
                if (good) {
                        *ret = candidates[i];
                        return 1;
                }
        }
        return 0;
}

static int set_text(char **text, const char *value) {
        char *copy = strdup(value);

        if (!copy)
                return -ENOMEM;
        free(*text);
        *text = copy;
        return 0;
}

static int put_change(const Change *change, const Guest *guest, CheckFinding *finding) {
        ChangeText text;

        change_text(change, guest, &text);
        if (set_text(&finding->remedy, text.words) < 0 || set_text(&finding->libvirt, text.libvirt) < 0 ||
                        set_text(&finding->qemu, text.option) < 0)
                return -ENOMEM;
        return 0;
}

static bool first_of_rule(const Check *check, size_t i) {
        for (size_t j = 0; j < i; j++)
                if (strcmp(check->findings[j].rule, check->findings[i].rule) == 0)
                        return false;
        return true;
}

int remedy_search(const Guest *guest, const Profile *profile, Check *check) {
        for (size_t i = 0; i < check->n && check->findings[i].verdict != VERDICT_SAFE; i++) {
                Change change;
                int r;

                if (!first_of_rule(check, i))
                        continue;
                r = find_change(guest, profile, check, &check->findings[i], &change);
                if (r < 0)
                        return r;
                for (size_t j = i; r > 0 && j < check->n; j++)
                        if (strcmp(check->findings[j].rule, check->findings[i].rule) == 0 &&
                                        check->findings[j].verdict != VERDICT_SAFE)
                                r = put_change(&change, guest, &check->findings[j]) < 0 ? -ENOMEM : r;
                if (r < 0)
                        return r;
        }
        return 0;
}
