/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a fleet is kept: some 60 bytes for a host beside its names, and as much for a class beside its text. */

#include "fleet/fleet.h"
#include "fleet/index.h"

/* Strings one after the other, each with its end. */
typedef struct FleetText {
        char *data;
        size_t n, size;
} FleetText;

/* Distinct strings, by number. */
typedef struct FleetStrings {
        FleetText text;
        size_t n;
        uint32_t *places; /* in the text; owned */
        Index index;
} FleetStrings;

typedef struct FleetMember {
        uint32_t names;         /* in fleet->names: machine id, then hostname */
        uint32_t class;         /* INDEX_NONE: does not count any more */
        uint32_t model, answer; /* INDEX_NONE: none */
        FleetPlace place;
        bool summary, narrowed;
} FleetMember;

typedef struct FleetKind {
        uint8_t key[32];
        /* Of the text of a summary, which names its class but must not speak for other hosts; 0: a profile's. */
        uint64_t summary_text;
        uint64_t place;
        uint32_t n_text;
        uint32_t n_hosts, n_summaries, n_narrowed;
        uint32_t first; /* its hosts in fleet->order */
        uint32_t model; /* most seen; INDEX_NONE: none */
        uint32_t whole; /* of a summary's text: the class of profiles, once it was found; INDEX_NONE: not yet */
} FleetKind;

struct Fleet {
        FleetStore store;
        FleetText texts; /* of classes, if they are kept in memory */
        FleetText names;
        FleetStrings models, answers;
        size_t n_hosts, n_classes, n_summaries;
        FleetMember *hosts;
        FleetKind *classes;
        Index by_pair, by_id, by_name, by_key;
        uint32_t *order; /* hosts by class, once finished; owned */
};

/* The place of a class in fleet->by_key, as index_find(). */
IndexSlot *fleet_find_class(Fleet *fleet, const uint8_t key[static 32], uint64_t summary_text);

/* The class that was read as profiles, if what class i, that of a summary, has is the same. INDEX_NONE: there is
 * none so far. -ENOMEM, or the store's error. */
int fleet_find_whole(Fleet *fleet, size_t i, uint32_t *ret);

/* Appends n bytes. -ENOMEM, -EOVERFLOW. */
int fleet_text_add(FleetText *text, const char *bytes, size_t n, uint32_t *ret);
/* The number of a string, which is added if it is new. -ENOMEM, -EOVERFLOW. */
int fleet_strings_add(FleetStrings *strings, const char *string, uint32_t *ret);
const char *fleet_strings_get(const FleetStrings *strings, uint32_t i);
void fleet_strings_done(FleetStrings *strings);

static inline const char *fleet_machine_id(const Fleet *fleet, const FleetMember *host) {
        return fleet->names.data + host->names;
}
const char *fleet_hostname(const Fleet *fleet, const FleetMember *host);
