/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/unit/judge-check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/answer/search.h"
#include "guest/rules/run.h"
#include "probe/cleanup.h"
#include "tests/unit/judge.h"

typedef struct Judgement {
        DrawnCase *drawn;
        const ProfileDevice **places;
        JudgeCounts *counts;
        char *fault;
        bool remedies;
} Judgement;

static bool fail(Judgement *judgement, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(Judgement *judgement, const char *format, ...) {
        va_list arguments;

        va_start(arguments, format);
        vsnprintf(judgement->fault, JUDGE_FAULT_MAX, format, arguments);
        va_end(arguments);
        return false;
}

static Verdict worst_of(const Check *check, Rule rule) {
        Verdict worst = VERDICT_SAFE;

        for (size_t i = 0; i < check->n; i++)
                if (check->findings[i].rule == rule && check->findings[i].verdict > worst)
                        worst = check->findings[i].verdict;
        return worst;
}

/* The rule by which memory is out of reach; of BARs it may be said of the window that they are to be in. */
static const char *says_memory(const Check *check) {
        for (size_t i = 0; i < check->n; i++) {
                const CheckFinding *finding = &check->findings[i];
                bool reach = finding->rule == RULE_MEMORY || finding->rule == RULE_HYPERTRANSPORT;

                if (reach && finding->verdict == VERDICT_UNSAFE &&
                                strncmp(finding->summary, "memory", 6) == 0)
                        return rule_to_string(finding->rule);
        }
        return NULL;
}

/* Safe is safe by the judge; and what is said to overlap, or to be out of reach, does and is. */
static bool hold(Judgement *judgement, const Guest *guest, const Check *check, const char *what) {
        const Profile *profile = &judgement->drawn->profile;
        const char *fault;

        if (check->verdict == VERDICT_SAFE) {
                fault = check->n_missing > 0 ? "an input is missing"
                                             : judge_guest(guest, profile, &check->layout);
                return !fault || fail(judgement, "%s: safe, and %s", what, fault);
        }
        if (worst_of(check, RULE_OVERLAP) != VERDICT_SAFE && !judge_places(guest, &check->layout))
                return fail(judgement, "%s: R14, and nothing overlaps", what);
        fault = says_memory(check);
        if (fault && !judge_reach(guest, profile, &check->layout))
                return fail(judgement, "%s: %s, and all is in reach", what, fault);
        return true;
}

/* ── what is proposed ──────────────────────────────────────────────────────────────────────────────────── */

/* Its rule's findings are gone, with every answer to what is open; nothing else is as bad as they were. */
static bool hold_remedy(
                Judgement *judgement, const Guest *guest, const Check *before, const CheckFinding *finding) {
        const Verdict was = worst_of(before, finding->rule);
        _cleanup_(check_done) Check after = {};
        Guest changed = *guest;
        bool good = true;

        judgement->counts->remedies++;
        if (!change_apply(&finding->change, &changed))
                return fail(judgement, "%s: its change does not apply", rule_to_string(finding->rule));
        if (check_every(&changed, &judgement->drawn->profile, judgement->places, &after) < 0)
                return fail(judgement, "no memory");
        for (size_t i = 0; i < after.n && good; i++) {
                const CheckFinding *left = &after.findings[i];

                if (left->verdict == VERDICT_SAFE)
                        continue;
                if (left->rule == finding->rule)
                        good = fail(judgement, "%s: change %u to %" PRIu64 " leaves it",
                                        rule_to_string(finding->rule), finding->change.kind,
                                        finding->change.value);
                else if (left->verdict >= was && left->verdict > worst_of(before, left->rule))
                        good = fail(judgement, "%s: change %u to %" PRIu64 " brings %s",
                                        rule_to_string(finding->rule), finding->change.kind,
                                        finding->change.value, rule_to_string(left->rule));
        }
        if (good && after.verdict > before->verdict)
                good = fail(judgement, "%s: change %u to %" PRIu64 " makes the guest worse",
                                rule_to_string(finding->rule), finding->change.kind, finding->change.value);
        return good && hold(judgement, &changed, &after, "with a remedy");
}

static bool hold_remedies(Judgement *judgement, const Guest *guest, const Check *check) {
        for (size_t i = 0; i < check->n; i++) {
                const CheckFinding *finding = &check->findings[i];

                if (finding->changed && (i == 0 || finding->rule != finding[-1].rule) &&
                                !hold_remedy(judgement, guest, check, finding))
                        return false;
        }
        return true;
}

static bool has_finding(const Check *check, const CheckFinding *finding) {
        for (size_t i = 0; i < check->n; i++) {
                const CheckFinding *its = &check->findings[i];

                if (its->verdict == finding->verdict && its->rule == finding->rule &&
                                strcmp(its->subject, finding->subject) == 0 &&
                                strcmp(its->summary, finding->summary) == 0)
                        return true;
        }
        return false;
}

/* Nobody's answer may bring one back. */
static bool hold_marks(Judgement *judgement, const Leaves *leaves, const Check *check) {
        for (size_t i = 0; i < check->n; i++)
                for (size_t j = 0; j < leaves->n && check->findings[i].in_plan; j++)
                        if (has_finding(&leaves->items[j].check, &check->findings[i]))
                                return fail(judgement, "plan: %s is said to be gone, and is not",
                                                rule_to_string(check->findings[i].rule));
        return true;
}

static bool hold_plan(Judgement *judgement, const Check *check) {
        const DrawnCase *drawn = judgement->drawn;
        const CheckPlan *plan = &check->plan;
        _cleanup_(check_done) Check after = {};
        _cleanup_(leaves_done) Leaves leaves = {};
        Guest changed = drawn->guest;
        size_t left = 0;

        if (plan->n == 0)
                return true;
        judgement->counts->plans++;
        judgement->counts->safe_plans += plan->verdict == VERDICT_SAFE;
        for (size_t i = 0; i < plan->n; i++)
                if (!change_apply(&plan->changes[i], &changed))
                        return fail(judgement, "plan: change %u does not apply", plan->changes[i].kind);
        if (check_every(&changed, &drawn->profile, judgement->places, &after) < 0 ||
                        leaves_collect(&changed, &drawn->profile, judgement->places, &leaves) < 0)
                return fail(judgement, "no memory");
        for (size_t i = 0; i < after.n; i++)
                left += after.findings[i].verdict != VERDICT_SAFE;
        if (after.verdict != plan->verdict || left != plan->remaining)
                return fail(judgement, "plan: verdict %u with %zu left, and it says %u with %zu",
                                after.verdict, left, plan->verdict, plan->remaining);
        if (after.verdict > check->verdict)
                return fail(judgement, "plan: it makes the guest worse");
        return hold_marks(judgement, &leaves, check) && hold(judgement, &changed, &after, "with the plan");
}

/* ── the guest ─────────────────────────────────────────────────────────────────────────────────────────── */

/* Each answer to what is open is a guest of its own. Where the whole is safe so is each of them. */
static bool hold_answers(Judgement *judgement, const Check *check) {
        const DrawnCase *drawn = judgement->drawn;
        _cleanup_(leaves_done) Leaves leaves = {};
        bool good = true;

        if (leaves_collect(&drawn->guest, &drawn->profile, judgement->places, &leaves) < 0)
                return fail(judgement, "no memory");
        for (size_t i = 0; i < leaves.n && good; i++) {
                Check *one = &leaves.items[i].check;
                Guest guest;

                leaf_guest(&leaves, &leaves.items[i], &guest);
                judgement->counts->answers++;
                judgement->counts->safe_answers += one->verdict == VERDICT_SAFE;
                good = hold(judgement, &guest, one, "with one answer");
                if (good && check->verdict == VERDICT_SAFE && one->verdict != VERDICT_SAFE)
                        good = fail(judgement, "safe, and one answer is not");
                if (!good || !judgement->remedies || leaves.n > 4)
                        continue;
                if (remedy_search(&guest, &drawn->profile, judgement->places, one) < 0)
                        return fail(judgement, "no memory");
                good = hold_remedies(judgement, &guest, one);
        }
        return good;
}

static void count(JudgeCounts *counts, Verdict verdict) {
        counts->checks++;
        counts->safe += verdict == VERDICT_SAFE;
        counts->warnings += verdict == VERDICT_WARNING || verdict == VERDICT_UNKNOWN;
        counts->unsafe += verdict == VERDICT_UNSAFE;
}

bool judge_check(DrawnCase *drawn, bool remedies, JudgeCounts *counts, char fault[JUDGE_FAULT_MAX]) {
        _cleanup_free_ const ProfileDevice **places = NULL;
        _cleanup_(check_done) Check check = {};
        Judgement judgement = { drawn, NULL, counts, fault, remedies };
        int r;

        check_fill(&drawn->guest, &drawn->profile);
        places = check_places(&drawn->guest, &drawn->profile);
        if (!places)
                return fail(&judgement, "no memory");
        judgement.places = places;
        r = remedies ? check_with_remedies(&drawn->guest, &drawn->profile, places, &check)
                     : check_every(&drawn->guest, &drawn->profile, places, &check);
        if (r < 0)
                return fail(&judgement, "no memory");
        count(counts, check.verdict);
        if (!hold(&judgement, &drawn->guest, &check, "the guest"))
                return false;
        if (check_is_open(&drawn->guest, &check) && !hold_answers(&judgement, &check))
                return false;
        return !remedies ||
                        (hold_remedies(&judgement, &drawn->guest, &check) && hold_plan(&judgement, &check));
}
