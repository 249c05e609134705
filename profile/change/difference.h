/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What differs between two profile documents, member by member. The documents may be anybody's: what has not the shape
 * that the schema gives it is compared as a whole. */

#include <jansson.h>
#include <stddef.h>

#include "profile/field/field.h"

/* How many are kept; further ones are only counted. */
#define DIFFERENCES_MAX 4096

typedef enum DifferenceKind {
        DIFFERENCE_ADDED = 0, /* only in the second document */
        DIFFERENCE_REMOVED,   /* only in the first */
        DIFFERENCE_CHANGED,
        _DIFFERENCE_KIND_MAX,
} DifferenceKind;

WORDS_DECLARE(DifferenceKind, difference_kind);

typedef struct Difference {
        /* For people, and stable: "widths.iovaBits", "iommus.dmar0.bits", "groups.14.usableIova",
         * "devices.0000:01:00.0", "findings.iommu-absent[host]". "" is the whole document, when one is no object. */
        char *path;
        DifferenceKind kind;
        json_t *before, *after; /* references of its own; NULL where there is none. A fact is the whole object. */
} Difference;

typedef struct DifferenceList {
        size_t n;
        Difference *differences; /* in the documents' order; units, groups, devices and findings by their keys */
        size_t dropped;          /* found and not kept */
} DifferenceList;

void difference_list_done(DifferenceList *list);

/* `digest` and `schema` are left out. A fact differs when its value or its reason does, not when only its source or
 * provenance is put otherwise. Units are matched by name, groups by id, devices by address, findings by id and subject;
 * every other array differs as a whole. -ENOMEM only. */
int profile_difference(json_t *before, json_t *after, DifferenceList *ret);

/* {path, kind, before, after}, and with the names of a comparison {path, kind, here, there}; null where there is none. */
extern const FieldTable difference_table, difference_hosts_table; /* Difference */

/* By difference_table. A new reference; NULL when out of memory. */
json_t *difference_json(const Difference *difference);
