/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Differences between two profile documents, by member. The documents are untrusted: parts that do not match
 * the schema are compared as a whole. */

#include <jansson.h>
#include <stddef.h>

#include "profile/document/field.h"

/* Maximum number kept; others are only counted. */
#define DIFFERENCES_MAX 4096

typedef enum DifferenceKind {
        DIFFERENCE_ADDED = 0, /* only in the second document */
        DIFFERENCE_REMOVED,   /* only in the first */
        DIFFERENCE_CHANGED,
        _DIFFERENCE_KIND_MAX,
} DifferenceKind;

WORDS_DECLARE(DifferenceKind, difference_kind);

typedef struct Difference {
        /* Stable: "widths.iovaBits", "iommus.dmar0.bits", "groups.14.usableIova", "devices.0000:01:00.0",
         * "findings.iommu-absent[host]". "" is the whole document, if not an object. For display. */
        char *path;
        DifferenceKind kind;
        json_t *before, *after; /* owned references; NULL if missing. A fact is the whole object. */
} Difference;

typedef struct DifferenceList {
        size_t n;
        Difference *differences; /* in document order; units, groups, devices and findings by key */
        size_t dropped;          /* found but not kept */
} DifferenceList;

void difference_list_done(DifferenceList *list);

/* Ignores `digest` and `schema`. A fact differs if its value or reason does; source and provenance alone do
 * not count. Matches units by name, groups by id, devices by address, findings by id and subject; other
 * arrays differ as a whole. -ENOMEM only. */
int profile_difference(json_t *before, json_t *after, DifferenceList *ret);

/* {path, kind, before, after}, or with a comparison's names {path, kind, here, there}; null if missing. */
extern const FieldTable difference_table, difference_hosts_table; /* Difference */

/* By difference_table. A new reference; NULL if out of memory. */
json_t *difference_json(const Difference *difference);
