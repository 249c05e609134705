/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The hosts that were read, and their classes. Pure: where the texts of the classes are kept is the caller's.
 *
 * A host is its machine id and its hostname. Of a host that comes again the last document counts, but of a profile
 * and its own summary the profile, whichever comes last. Where neither is known, each document is a host of its
 * own. Hosts are in the order in which the document that counts was read. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fleet/class.h"
#include "fleet/summary.h"

/* Where a document was read. */
typedef struct FleetPlace {
        uint32_t source; /* by the caller */
        uint32_t line;   /* from 1; 0: the whole source */
} FleetPlace;

/* What is made of one document. Strings are copied by fleet_add(). */
typedef struct FleetRecord {
        char hostname[sizeof(((ProfileHost *) NULL)->hostname)];
        char machine_id[sizeof(((ProfileHost *) NULL)->machine_id)];
        char model_name[sizeof(((ProfileHost *) NULL)->model_name)];
        /* The CPU reports fewer bits than usual for its model, and neither encryption nor a hypervisor takes
         * them: a setting of the firmware does. */
        bool narrowed;
        bool summary; /* only a summary was given; it does not have all that a class has */
        char key[CLASS_KEY_SIZE];
        size_t n_text;
        char *text;   /* of the class; of a summary: what it has. Owned */
        char *answer; /* what the caller made of the host; NULL: nothing. Equal ones are kept once. Owned */
} FleetRecord;

/* May be called in several threads. -ENOMEM. */
int fleet_record(const Profile *host, FleetRecord *ret);
int fleet_record_summary(const Summary *summary, FleetRecord *ret);
void fleet_record_done(FleetRecord *record);

/* Keeps texts elsewhere than in memory. A negative errno is passed on. */
typedef struct FleetStore {
        int (*append)(const char *text, size_t n, uint64_t *ret_place, void *userdata);
        int (*read)(uint64_t place, char *ret, size_t n, void *userdata);
        void *userdata;
} FleetStore;

typedef enum FleetDoubleKind {
        FLEET_DOUBLE_NONE = 0,
        FLEET_DOUBLE_AGAIN,     /* the same host: the former does not count */
        FLEET_DOUBLE_SUMMARY,   /* so, and the former is a profile, this one a summary of something else */
        FLEET_DOUBLE_PROFILE,   /* so, and the former is a summary of something else, this one a profile */
        FLEET_DOUBLE_SAME_ID,   /* another hostname with this machine id: a cloned image */
        FLEET_DOUBLE_SAME_NAME, /* another machine id with this hostname */
} FleetDoubleKind;

typedef struct FleetDouble {
        FleetDoubleKind kind;
        FleetPlace former;
} FleetDouble;

typedef struct Fleet Fleet;

/* store: NULL for memory; it outlives the fleet. -ENOMEM. */
int fleet_new(const FleetStore *store, Fleet **ret);
Fleet *fleet_free(Fleet *fleet);

/* In order of reading, by one thread. -ENOMEM, -EOVERFLOW: too many, or the store's error. */
int fleet_add(Fleet *fleet, const FleetRecord *record, FleetPlace place, FleetDouble *ret);

/* ── once all are read ─────────────────────────────────────────────────────────────────────────────────── */

/* Puts classes in order: most hosts first, then by key. Before any function below. -ENOMEM. */
int fleet_finish(Fleet *fleet);

size_t fleet_n_hosts(const Fleet *fleet);
size_t fleet_n_classes(const Fleet *fleet);
/* Of which only a summary was read. */
size_t fleet_n_summaries(const Fleet *fleet);

/* Strings are the fleet's. */
typedef struct FleetHost {
        const char *name; /* hostname, else machine id, else "" */
        const char *hostname, *machine_id, *model_name;
        size_t class;
        bool summary;
        const char *answer; /* NULL: none */
        FleetPlace place;
} FleetHost;

/* In order of reading. */
void fleet_host(const Fleet *fleet, size_t i, FleetHost *ret);

typedef struct FleetClass {
        char key[CLASS_KEY_SIZE];
        size_t n_hosts, n_summaries, n_narrowed; /* the latter two: of these hosts */
        bool summary;            /* no full profile of this class was read: what its text lacks is unknown */
        const uint32_t *hosts;   /* in order of reading */
        const char *model_name;  /* most seen; "" if none is known */
        const char *examples[2]; /* names of the first two hosts; NULL: there is none */
} FleetClass;

void fleet_class(const Fleet *fleet, size_t i, FleetClass *ret);

/* Reads its text. -EINVAL: the store gave something else; -ENOMEM, or the store's error. */
int fleet_class_read(const Fleet *fleet, size_t i, HostClass *ret);

/* What screens call the class: A, B, … Z, AA, … */
#define FLEET_LETTERS_SIZE 16
const char *fleet_class_letters(size_t i, char ret[static FLEET_LETTERS_SIZE]);
