/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which hosts of a fleet may take a guest, and why the others may not. Pure. */

#include "fleet/fleet.h"
#include "fleet/placement.h"

/* A visit of each host for guests that name its devices: fills record->answer. -ENOMEM. */
int place_visit(const PlaceQuestion *question, const Profile *host, FleetRecord *record);

typedef enum PlaceKind {
        PLACE_LIVE = MIGRATION_LIVE,
        PLACE_OFFLINE = MIGRATION_OFFLINE,
        PLACE_HOTPLUG = MIGRATION_HOTPLUG,
        PLACE_CHECK,
        _PLACE_KIND_MAX,
} PlaceKind;

#define PLACE_EXAMPLES 2

/* Why hosts get a verdict that is not safe. */
typedef struct PlaceCause {
        PlaceKind kind;
        Verdict verdict;                   /* of the hosts: warning or unsafe */
        Rule rule;                         /* RULE_NONE: a missing input */
        const char *subject, *text, *when; /* of an outcome; when: "" always */
        size_t n_hosts;
        uint32_t examples[PLACE_EXAMPLES]; /* hosts, as many as there are */
} PlaceCause;

/* Hosts with the same placement. */
typedef struct PlaceOutcome {
        Placement placement;
        size_t n_hosts;
        uint32_t examples[PLACE_EXAMPLES];
} PlaceOutcome;

typedef struct Place {
        size_t n_hosts;
        size_t n_unjudged; /* only a summary was read */
        bool moved;
        bool restarts_alike;                          /* after a stop each host answers as in the check */
        size_t counts[_PLACE_KIND_MAX][_VERDICT_MAX]; /* hosts; what is unknown is a warning */
        size_t n_outcomes;
        PlaceOutcome *outcomes; /* owned */
        uint32_t *of_host;      /* outcome of each; INDEX_NONE: not judged. Owned */
        size_t n_causes;
        PlaceCause *causes; /* by kind, worst first, then most hosts first; owned */
} Place;

/* From a finished fleet, whose hosts were visited if the question names devices. -ENOMEM, or the error of the
 * fleet's store. */
int place_make(const PlaceQuestion *question, const Fleet *fleet, Place *ret);
void place_done(Place *place);

/* Outcome of a host; NULL: not judged. */
const PlaceOutcome *place_outcome(const Place *place, size_t host);

/* Hosts that may take the guest: safe or with a warning. */
size_t place_takers(const Place *place, PlaceKind kind);
