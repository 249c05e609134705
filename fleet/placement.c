/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/placement.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/rules/run.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

/* ── answers ───────────────────────────────────────────────────────────────────────────────────────────── */

static void answer_done(PlaceAnswer *answer) {
        for (size_t i = 0; i < answer->n_reasons; i++)
                free(answer->reasons[i].summary);
        free(answer->reasons);
        for (size_t i = 0; i < answer->n_missing; i++)
                free(answer->missing[i]);
        free(answer->missing);
        *answer = (PlaceAnswer){};
}

void placement_done(Placement *placement) {
        answer_done(&placement->check);
        for (size_t i = 0; i < _MIGRATION_MAX; i++)
                answer_done(&placement->moves[i]);
        *placement = (Placement){};
}

static bool has_reason(const PlaceAnswer *answer, const PlaceReason *reason) {
        for (size_t i = 0; i < answer->n_reasons; i++) {
                const PlaceReason *other = &answer->reasons[i];

                if (other->verdict == reason->verdict && other->rule == reason->rule &&
                                strcmp(other->summary, reason->summary) == 0 &&
                                strcmp(other->when, reason->when) == 0)
                        return true;
        }
        return false;
}

/* Once, whichever devices it is about. */
static int add_reason(PlaceAnswer *answer, const CheckFinding *finding, const char *when) {
        PlaceReason reason = { .verdict = finding->verdict, .rule = finding->rule }, *grown;
        char summary[512];

        if (finding->verdict == VERDICT_SAFE)
                return 0;
        text_shown(finding->summary, summary, sizeof(summary));
        text_shown(when, reason.when, sizeof(reason.when));
        reason.summary = summary;
        if (has_reason(answer, &reason))
                return 0;
        grown = grow(answer->reasons, answer->n_reasons, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        answer->reasons = grown;
        reason.summary = strdup(summary);
        if (!reason.summary)
                return -ENOMEM;
        grown[answer->n_reasons++] = reason;
        return 0;
}

/* "group 14" to "a group": numbers differ between hosts, and a class has none. */
static void without_number(const char *text, char *ret, size_t size) {
        const char *word = strstr(text, "group "), *end = word ? word + strlen("group ") : NULL;
        size_t n = end ? strspn(end, "0123456789") : 0;

        if (n == 0)
                snprintf(ret, size, "%s", text);
        else
                snprintf(ret, size, "%.*sa group%s", (int) (word - text), text, end + n);
}

static int add_missing(PlaceAnswer *answer, const char *text) {
        char missing[128], **grown;

        without_number(text, missing, sizeof(missing));
        for (size_t i = 0; i < answer->n_missing; i++)
                if (strcmp(answer->missing[i], missing) == 0)
                        return 0;
        grown = grow(answer->missing, answer->n_missing, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        answer->missing = grown;
        grown[answer->n_missing] = strdup(missing);
        if (!grown[answer->n_missing])
                return -ENOMEM;
        answer->n_missing++;
        return 0;
}

static int add_alternative(PlaceAnswer *answer, const CheckAlternative *alternative) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < alternative->n; i++)
                r = add_reason(answer, &alternative->findings[i], alternative->when);
        for (size_t i = 0; r >= 0 && i < alternative->n_missing; i++)
                r = add_missing(answer, alternative->missing[i]);
        return r;
}

static int by_verdict(const void *a, const void *b) {
        const PlaceReason *x = a, *y = b;

        if (x->verdict != y->verdict)
                return x->verdict > y->verdict ? -1 : 1;
        if (x->rule != y->rule)
                return x->rule < y->rule ? -1 : 1;
        if (strcmp(x->summary, y->summary) != 0)
                return strcmp(x->summary, y->summary);
        return strcmp(x->when, y->when);
}

/* Releases the check. */
static int take_check(Check *check, PlaceAnswer *ret) {
        PlaceAnswer answer = { .verdict = check->verdict };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < check->n; i++)
                r = add_reason(&answer, &check->findings[i], "");
        for (size_t i = 0; r >= 0 && i < check->n_missing; i++)
                r = add_missing(&answer, check->missing[i]);
        for (size_t i = 0; r >= 0 && i < check->n_alternatives; i++)
                r = add_alternative(&answer, &check->alternatives[i]);
        check_done(check);
        if (r < 0) {
                answer_done(&answer);
                return r;
        }
        if (answer.n_reasons > 1)
                qsort(answer.reasons, answer.n_reasons, sizeof(*answer.reasons), by_verdict);
        *ret = answer;
        return 0;
}

/* ── questions ─────────────────────────────────────────────────────────────────────────────────────────── */

/* check_fill() writes to the guest: each check has its own devices. The rest is shared. */
static int guest_copy(const Guest *guest, Guest *ret) {
        Guest copy = *guest;

        copy.devices = calloc(guest->n_devices + 1, sizeof(*copy.devices));
        if (!copy.devices)
                return -ENOMEM;
        if (guest->n_devices > 0)
                memcpy(copy.devices, guest->devices, guest->n_devices * sizeof(*copy.devices));
        *ret = copy;
        return 0;
}

int place_question_make(Guest *guest, const Profile *from, PlaceQuestion *ret) {
        PlaceQuestion question = { .from = from };
        Guest copy;
        int r = 0;

        if (from) {
                r = guest_copy(guest, &copy);
                if (r < 0)
                        return r;
                r = check_findings(&copy, from, &question.here);
                free(copy.devices);
        }
        if (r < 0)
                return r;
        question.guest = *guest;
        *guest = (Guest){};
        *ret = question;
        return 0;
}

void place_question_done(PlaceQuestion *question) {
        guest_done(&question->guest);
        check_done(&question->here);
        *question = (PlaceQuestion){};
}

bool place_names_devices(const PlaceQuestion *question) {
        for (size_t i = 0; i < question->guest.n_devices; i++)
                if (question->guest.devices[i].has_address || *question->guest.devices[i].uuid)
                        return true;
        return false;
}

int placement_check(const PlaceQuestion *question, const Profile *host, Placement *ret) {
        Check check = {};
        Guest guest;
        int r = guest_copy(&question->guest, &guest);

        if (r < 0)
                return r;
        r = check_findings(&guest, host, &check);
        free(guest.devices);
        return r < 0 ? r : take_check(&check, &ret->check);
}

int placement_moves(const PlaceQuestion *question, const Profile *host, Placement *ret) {
        _cleanup_(migration_done) Migration migration = {};
        Guest guest;
        int r;

        if (!question->from)
                return 0;
        r = guest_copy(&question->guest, &guest);
        if (r < 0)
                return r;
        /* As on the source, where its devices are known. */
        check_fill(&guest, question->from);
        r = check_migration_findings(&guest, &question->here, question->from, host, &migration);
        free(guest.devices);
        for (size_t i = 0; r >= 0 && i < _MIGRATION_MAX; i++)
                r = take_check(&migration.answers[i], &ret->moves[i]);
        ret->moved = r >= 0;
        return r;
}

int placement_make(const PlaceQuestion *question, const Profile *host, Placement *ret) {
        Placement placement = {};
        int r = placement_check(question, host, &placement);

        if (r >= 0)
                r = placement_moves(question, host, &placement);
        if (r < 0) {
                placement_done(&placement);
                return r;
        }
        *ret = placement;
        return 0;
}
