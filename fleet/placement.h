/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether one host, or all of a class, may take a guest, and why not. Pure. */

#include <stdbool.h>

#include "guest/answer/answer.h"

typedef struct PlaceReason {
        Verdict verdict;
        Rule rule;
        char *subject; /* "guest", a device's name; owned */
        char *summary; /* owned */
        char *when;    /* only then: "OVMF before 202211"; "": always. Owned */
} PlaceReason;

/* One answer of check, without what is only information. */
typedef struct PlaceAnswer {
        Verdict verdict;
        size_t n_reasons;
        PlaceReason *reasons; /* worst first; owned */
        size_t n_missing;
        char **missing; /* inputs; owned */
} PlaceAnswer;

typedef struct Placement {
        PlaceAnswer check;
        bool moved; /* whether the following are there */
        PlaceAnswer moves[_MIGRATION_MAX];
} Placement;

/* A guest, and the host that it is to leave. */
typedef struct PlaceQuestion {
        Guest guest;
        Guest arm64; /* on arm64 hosts, if read_for says so: its description leaves the architecture to the host */
        const Profile *from; /* NULL: it does not run yet */
        Check here;          /* on that host */
} PlaceQuestion;

/* Takes the guests over, with their defaults; arm64: NULL or empty if the architecture does not depend on the host.
 * from: NULL for none. -ENOMEM. */
int place_question_make(Guest *guest, Guest *arm64, const Profile *from, PlaceQuestion *ret);
void place_question_done(PlaceQuestion *question);

/* Whether a class does not suffice: the guest names devices of its host. */
bool place_names_devices(const PlaceQuestion *question);

/* May be called in several threads. host: a profile, or that of a class. -ENOMEM. */
int placement_make(const PlaceQuestion *question, const Profile *host, Placement *ret);
void placement_done(Placement *placement);

/* As a text that is equal for equal placements; the caller frees it. -ENOMEM. */
int placement_pack(const Placement *placement, char **ret);
/* -EINVAL: not such a text; -ENOMEM. */
int placement_unpack(const char *text, Placement *ret);
