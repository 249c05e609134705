/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fleet/place.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/fleet-parts.h"
#include "probe/cleanup.h"
#include "probe/grow.h"

int place_visit(const PlaceQuestion *question, const Profile *host, FleetRecord *record) {
        _cleanup_(placement_done) Placement placement = {};
        int r;

        if (!place_names_devices(question))
                return 0;
        r = placement_make(question, host, &placement);
        return r < 0 ? r : placement_pack(&placement, &record->answer);
}

void place_done(Place *place) {
        for (size_t i = 0; i < place->n_outcomes; i++)
                placement_done(&place->outcomes[i].placement);
        free(place->outcomes);
        free(place->of_host);
        free(place->causes);
        *place = (Place){};
}

const PlaceOutcome *place_outcome(const Place *place, size_t host) {
        return place->of_host[host] == INDEX_NONE ? NULL : &place->outcomes[place->of_host[host]];
}

size_t place_takers(const Place *place, PlaceKind kind) {
        return place->counts[kind][VERDICT_SAFE] + place->counts[kind][VERDICT_WARNING];
}

static const PlaceAnswer *answer_of(const Placement *placement, PlaceKind kind) {
        return kind == PLACE_CHECK ? &placement->check : &placement->moves[kind];
}

/* ── outcomes: equal placements are kept once ──────────────────────────────────────────────────────────── */

typedef struct Making {
        const PlaceQuestion *question;
        const Fleet *fleet;
        Place *place;
        FleetStrings texts; /* of the outcomes */
} Making;

static int find_outcome(Making *making, const char *text, uint32_t *ret) {
        Place *place = making->place;
        PlaceOutcome *grown;
        int r = fleet_strings_add(&making->texts, text, ret);

        if (r < 0 || *ret < place->n_outcomes)
                return r;
        grown = grow(place->outcomes, place->n_outcomes, sizeof(*grown));
        if (!grown)
                return -ENOMEM;
        place->outcomes = grown;
        grown[place->n_outcomes] = (PlaceOutcome){};
        r = placement_unpack(text, &grown[place->n_outcomes].placement);
        /* The text is placement_pack()'s; jansson may take a lack of memory for invalid text. */
        if (r < 0)
                return r == -EINVAL ? -ENOMEM : r;
        place->n_outcomes++;
        return 0;
}

static int judge_class(Making *making, size_t class, uint32_t *ret) {
        _cleanup_(placement_done) Placement placement = {};
        _cleanup_(host_class_done) HostClass host = {};
        _cleanup_free_ char *text = NULL;
        int r = fleet_class_read(making->fleet, class, &host);

        if (r >= 0)
                r = placement_make(making->question, &host.profile, &placement);
        if (r >= 0)
                r = placement_pack(&placement, &text);
        return r < 0 ? r : find_outcome(making, text, ret);
}

/* Of a summary alone no class is judged. */
static int judge_classes(Making *making) {
        const Fleet *fleet = making->fleet;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < fleet_n_classes(fleet); i++) {
                uint32_t outcome = INDEX_NONE;
                FleetClass class;

                fleet_class(fleet, i, &class);
                if (!class.summary)
                        r = judge_class(making, i, &outcome);
                for (size_t j = 0; r >= 0 && j < class.n_hosts; j++)
                        making->place->of_host[class.hosts[j]] = outcome;
        }
        return r;
}

static int take_visits(Making *making) {
        int r = 0;

        for (size_t i = 0; r >= 0 && i < fleet_n_hosts(making->fleet); i++) {
                FleetHost host;

                fleet_host(making->fleet, i, &host);
                making->place->of_host[i] = INDEX_NONE;
                if (host.answer)
                        r = find_outcome(making, host.answer, &making->place->of_host[i]);
        }
        return r;
}

static bool same_answer(const PlaceAnswer *a, const PlaceAnswer *b) {
        if (a->verdict != b->verdict || a->n_reasons != b->n_reasons || a->n_missing != b->n_missing)
                return false;
        for (size_t i = 0; i < a->n_reasons; i++) {
                const PlaceReason *x = &a->reasons[i], *y = &b->reasons[i];

                if (x->verdict != y->verdict || x->rule != y->rule || strcmp(x->summary, y->summary) != 0 ||
                                strcmp(x->subject, y->subject) != 0 || strcmp(x->when, y->when) != 0)
                        return false;
        }
        for (size_t i = 0; i < a->n_missing; i++)
                if (strcmp(a->missing[i], b->missing[i]) != 0)
                        return false;
        return true;
}

static bool restarts_alike(const Place *place) {
        for (size_t i = 0; i < place->n_outcomes; i++) {
                const Placement *placement = &place->outcomes[i].placement;

                if (!same_answer(&placement->check, &placement->moves[MIGRATION_OFFLINE]))
                        return false;
        }
        return place->moved;
}

/* ── counts ────────────────────────────────────────────────────────────────────────────────────────────── */

static Verdict shown(Verdict verdict) {
        return verdict == VERDICT_UNKNOWN ? VERDICT_WARNING : verdict;
}

static void count(Place *place) {
        for (size_t i = 0; i < place->n_hosts; i++) {
                PlaceOutcome *outcome =
                                place->of_host[i] == INDEX_NONE ? NULL : &place->outcomes[place->of_host[i]];

                if (!outcome) {
                        place->n_unjudged++;
                        continue;
                }
                if (outcome->n_hosts < PLACE_EXAMPLES)
                        outcome->examples[outcome->n_hosts] = (uint32_t) i;
                outcome->n_hosts++;
                for (PlaceKind kind = 0; kind < _PLACE_KIND_MAX; kind++)
                        if (kind == PLACE_CHECK || place->moved)
                                place->counts[kind][shown(answer_of(&outcome->placement, kind)->verdict)]++;
        }
}

/* Keeps the first hosts of both. */
static void add_hosts(PlaceCause *cause, const PlaceOutcome *outcome) {
        for (size_t i = 0; i < PLACE_EXAMPLES && i < outcome->n_hosts; i++) {
                uint32_t host = outcome->examples[i];
                size_t n = cause->n_hosts < PLACE_EXAMPLES ? cause->n_hosts : PLACE_EXAMPLES, at = n;

                while (at > 0 && cause->examples[at - 1] > host)
                        at--;
                cause->n_hosts++;
                if (at == PLACE_EXAMPLES)
                        continue;
                for (size_t j = n < PLACE_EXAMPLES ? n : PLACE_EXAMPLES - 1; j > at; j--)
                        cause->examples[j] = cause->examples[j - 1];
                cause->examples[at] = host;
        }
        if (outcome->n_hosts > PLACE_EXAMPLES)
                cause->n_hosts += outcome->n_hosts - PLACE_EXAMPLES;
}

static int add_cause(
                Place *place, FleetStrings *seen, const PlaceOutcome *outcome, const PlaceCause *cause) {
        _cleanup_free_ char *name = NULL;
        PlaceCause *grown;
        uint32_t i;
        int r;

        if (asprintf(&name, "%u %u %u %s\n%s\n%s", (unsigned) cause->kind, (unsigned) cause->verdict,
                            (unsigned) cause->rule, cause->subject, cause->text, cause->when) < 0)
                return -ENOMEM;
        r = fleet_strings_add(seen, name, &i);
        if (r < 0)
                return r;
        if (i == place->n_causes) {
                grown = grow(place->causes, place->n_causes, sizeof(*grown));
                if (!grown)
                        return -ENOMEM;
                place->causes = grown;
                grown[place->n_causes++] = *cause;
        }
        add_hosts(&place->causes[i], outcome);
        return 0;
}

/* Of an unsafe host only what makes it unsafe. */
static int add_causes(Place *place, FleetStrings *seen, const PlaceOutcome *outcome, PlaceKind kind) {
        const PlaceAnswer *answer = answer_of(&outcome->placement, kind);
        const Verdict verdict = shown(answer->verdict);
        int r = 0;

        if (verdict == VERDICT_SAFE)
                return 0;
        for (size_t i = 0; r >= 0 && i < answer->n_reasons; i++) {
                const PlaceReason *reason = &answer->reasons[i];

                if (verdict == VERDICT_UNSAFE && reason->verdict != VERDICT_UNSAFE)
                        continue;
                r = add_cause(place, seen, outcome,
                                &(PlaceCause){ kind, verdict, reason->rule, reason->subject, reason->summary,
                                                reason->when });
        }
        for (size_t i = 0; r >= 0 && verdict == VERDICT_WARNING && i < answer->n_missing; i++)
                r = add_cause(place, seen, outcome,
                                &(PlaceCause){ kind, verdict, RULE_NONE, "", answer->missing[i], "" });
        return r;
}

static int by_weight(const void *a, const void *b) {
        const PlaceCause *x = a, *y = b;

        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        if (x->verdict != y->verdict)
                return x->verdict > y->verdict ? -1 : 1;
        if (x->n_hosts != y->n_hosts)
                return x->n_hosts > y->n_hosts ? -1 : 1;
        if (x->rule != y->rule)
                return x->rule < y->rule ? -1 : 1;
        if (strcmp(x->text, y->text) != 0)
                return strcmp(x->text, y->text);
        return strcmp(x->subject, y->subject) != 0 ? strcmp(x->subject, y->subject)
                                                   : strcmp(x->when, y->when);
}

static int find_causes(Place *place) {
        _cleanup_(fleet_strings_done) FleetStrings seen = {};
        int r = 0;

        for (size_t i = 0; r >= 0 && i < place->n_outcomes; i++)
                for (PlaceKind kind = 0; r >= 0 && kind < _PLACE_KIND_MAX; kind++)
                        if (place->outcomes[i].n_hosts > 0 && (kind == PLACE_CHECK || place->moved))
                                r = add_causes(place, &seen, &place->outcomes[i], kind);
        if (r >= 0 && place->n_causes > 1)
                qsort(place->causes, place->n_causes, sizeof(*place->causes), by_weight);
        return r;
}

int place_make(const PlaceQuestion *question, const Fleet *fleet, Place *ret) {
        Place place = { .n_hosts = fleet_n_hosts(fleet), .moved = question->from != NULL };
        Making making = { question, fleet, &place, {} };
        int r;

        place.of_host = calloc(place.n_hosts + 1, sizeof(*place.of_host));
        r = !place.of_host                              ? -ENOMEM
                        : place_names_devices(question) ? take_visits(&making)
                                                        : judge_classes(&making);
        fleet_strings_done(&making.texts);
        if (r >= 0) {
                place.restarts_alike = restarts_alike(&place);
                count(&place);
                r = find_causes(&place);
        }
        if (r < 0) {
                place_done(&place);
                return r;
        }
        *ret = place;
        return 0;
}
