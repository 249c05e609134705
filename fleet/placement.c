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
#include "profile/architecture.h"

/* ── answers ───────────────────────────────────────────────────────────────────────────────────────────── */

static void reason_done(PlaceReason *reason) {
        free(reason->subject);
        free(reason->summary);
        free(reason->when);
        *reason = (PlaceReason){};
}

static void answer_done(PlaceAnswer *answer) {
        for (size_t i = 0; i < answer->n_reasons; i++)
                reason_done(&answer->reasons[i]);
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

static char *copy_shown(const char *text) {
        char shown[512];

        text_shown(text, shown, sizeof(shown));
        return strdup(shown);
}

static bool same_reason(const PlaceReason *a, const PlaceReason *b) {
        return a->verdict == b->verdict && a->rule == b->rule && strcmp(a->subject, b->subject) == 0 &&
                        strcmp(a->summary, b->summary) == 0;
}

/* The reason of a finding, which is added if it is new. NULL: out of memory. */
static PlaceReason *find_reason(PlaceAnswer *answer, const CheckFinding *finding) {
        PlaceReason reason = { finding->verdict, finding->rule, copy_shown(finding->subject),
                copy_shown(finding->summary), strdup("") };
        PlaceReason *grown = NULL;

        if (!reason.subject || !reason.summary || !reason.when)
                goto finish;
        for (size_t i = 0; i < answer->n_reasons; i++)
                if (same_reason(&answer->reasons[i], &reason)) {
                        reason_done(&reason);
                        return &answer->reasons[i];
                }
        grown = grow(answer->reasons, answer->n_reasons, sizeof(*grown));
        if (grown) {
                answer->reasons = grown;
                grown[answer->n_reasons] = reason;
                return &grown[answer->n_reasons++];
        }
finish:
        reason_done(&reason);
        return NULL;
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
        char without[128], **grown;
        _cleanup_free_ char *missing = NULL;

        without_number(text, without, sizeof(without));
        missing = copy_shown(without);
        if (!missing)
                return -ENOMEM;
        for (size_t i = 0; i < answer->n_missing; i++)
                if (strcmp(answer->missing[i], missing) == 0)
                        return 0;
        grown = grow(answer->missing, answer->n_missing, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        answer->missing = grown;
        grown[answer->n_missing++] = TAKE_PTR(missing);
        return 0;
}

/* "QEMU before 7.1; OVMF before 202211": what is before the first semicolon. */
static size_t first_words(const char *when) {
        return strcspn(when, ";");
}

static bool same_first(const char *a, const char *b) {
        return first_words(a) == first_words(b) && strncmp(a, b, first_words(a)) == 0;
}

/* Whether all alternatives that begin alike are among these, so that the beginning says enough. */
static bool whole_first(const Check *check, uint32_t mask, size_t i) {
        for (size_t j = 0; j < check->n_alternatives; j++)
                if (same_first(check->alternatives[i].when, check->alternatives[j].when) &&
                                !(mask & UINT32_C(1) << j))
                        return false;
        return true;
}

static bool said_before(const Check *check, uint32_t mask, size_t i) {
        for (size_t j = 0; j < i; j++)
                if (mask & UINT32_C(1) << j &&
                                same_first(check->alternatives[i].when, check->alternatives[j].when))
                        return true;
        return false;
}

/* "QEMU before 7.1, or OVMF 202211 or later" */
static int put_when(PlaceReason *reason, const Check *check, uint32_t mask) {
        for (size_t i = 0; i < check->n_alternatives; i++) {
                const char *when = check->alternatives[i].when;
                bool whole = whole_first(check, mask, i);
                char *joined;

                if (!(mask & UINT32_C(1) << i) || (whole && said_before(check, mask, i)))
                        continue;
                if (asprintf(&joined, "%s%s%.*s", reason->when, *reason->when ? ", or " : "",
                                    whole ? (int) first_words(when) : (int) strlen(when), when) < 0)
                        return -ENOMEM;
                free(reason->when);
                reason->when = joined;
        }
        return 0;
}

/* Those of only some alternatives: each once, with when it applies. */
static int add_alternatives(PlaceAnswer *answer, const Check *check) {
        const size_t n_common = answer->n_reasons;
        uint32_t of[CHECK_ALTERNATIVES_MAX * 64] = {};
        int r = 0;

        for (size_t i = 0; r >= 0 && i < check->n_alternatives; i++) {
                const CheckAlternative *alternative = &check->alternatives[i];

                for (size_t j = 0; r >= 0 && j < alternative->n; j++) {
                        PlaceReason *reason;

                        if (alternative->findings[j].verdict == VERDICT_SAFE)
                                continue;
                        reason = find_reason(answer, &alternative->findings[j]);
                        if (!reason)
                                return -ENOMEM;
                        if ((size_t) (reason - answer->reasons) < ELEMENTS(of))
                                of[reason - answer->reasons] |= UINT32_C(1) << i;
                }
                for (size_t j = 0; r >= 0 && j < alternative->n_missing; j++)
                        r = add_missing(answer, alternative->missing[j]);
        }
        /* What applies in all of them does not depend on any. */
        for (size_t i = n_common; r >= 0 && i < answer->n_reasons && i < ELEMENTS(of); i++)
                if (of[i] != (UINT32_C(1) << check->n_alternatives) - 1)
                        r = put_when(&answer->reasons[i], check, of[i]);
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
        return strcmp(x->subject, y->subject);
}

/* Releases the check. */
static int take_check(Check *check, PlaceAnswer *ret) {
        PlaceAnswer answer = { .verdict = check->verdict };
        int r = 0;

        for (size_t i = 0; r >= 0 && i < check->n; i++)
                if (check->findings[i].verdict != VERDICT_SAFE)
                        r = find_reason(&answer, &check->findings[i]) ? 0 : -ENOMEM;
        for (size_t i = 0; r >= 0 && i < check->n_missing; i++)
                r = add_missing(&answer, check->missing[i]);
        if (r >= 0)
                r = add_alternatives(&answer, check);
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

/* check_fill() writes to the guest: each check has its own devices, and nothing that is assumed, which no answer here
 * reads. The rest is shared. */
static int guest_copy(const Guest *guest, Guest *ret) {
        Guest copy = *guest;

        copy.assumed = NULL;
        copy.n_assumed = 0;
        copy.devices = calloc(guest->n_devices + 1, sizeof(*copy.devices));
        if (!copy.devices)
                return -ENOMEM;
        if (guest->n_devices > 0)
                memcpy(copy.devices, guest->devices, guest->n_devices * sizeof(*copy.devices));
        *ret = copy;
        return 0;
}

/* As its description is read on this host. */
static const Guest *guest_on(const Guest *guest, const Guest *arm64, const Profile *host) {
        return arm64->read_for == ARCHITECTURE_ARM64 && profile_is_arm64(host) ? arm64 : guest;
}

int place_question_make(Guest *guest, Guest *arm64, const Profile *from, PlaceQuestion *ret) {
        PlaceQuestion question = { .from = from };
        Guest copy, none = {};
        int r = 0;

        if (!arm64)
                arm64 = &none;
        if (from) {
                r = guest_copy(guest_on(guest, arm64, from), &copy);
                if (r < 0)
                        return r;
                r = check_findings(&copy, from, &question.here);
                free(copy.devices);
        }
        if (r < 0)
                return r;
        question.guest = *guest;
        question.arm64 = *arm64;
        *guest = *arm64 = (Guest){};
        *ret = question;
        return 0;
}

void place_question_done(PlaceQuestion *question) {
        guest_done(&question->guest);
        guest_done(&question->arm64);
        check_done(&question->here);
        *question = (PlaceQuestion){};
}

static bool names_devices(const Guest *guest) {
        for (size_t i = 0; i < guest->n_devices; i++)
                if (guest->devices[i].has_address || *guest->devices[i].uuid)
                        return true;
        return false;
}

bool place_names_devices(const PlaceQuestion *question) {
        return names_devices(&question->guest) || names_devices(&question->arm64);
}

static int make_check(const PlaceQuestion *question, const Profile *host, Placement *ret) {
        Check check = {};
        Guest guest;
        int r = guest_copy(guest_on(&question->guest, &question->arm64, host), &guest);

        if (r < 0)
                return r;
        r = check_findings(&guest, host, &check);
        free(guest.devices);
        return r < 0 ? r : take_check(&check, &ret->check);
}

static int make_moves(const PlaceQuestion *question, const Profile *host, Placement *ret) {
        _cleanup_(migration_done) Migration migration = {};
        Guest guest;
        int r;

        if (!question->from)
                return 0;
        r = guest_copy(guest_on(&question->guest, &question->arm64, question->from), &guest);
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
        int r = make_check(question, host, &placement);

        if (r >= 0)
                r = make_moves(question, host, &placement);
        if (r < 0) {
                placement_done(&placement);
                return r;
        }
        *ret = placement;
        return 0;
}
