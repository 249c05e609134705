/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A host in about 2 KB, for stores of facts and for fleets: who it is, its widths, its class, and which
 * findings it has. JSON: hawd-summary/1, summary.schema.json. */

#include <jansson.h>

#include "profile/document/field.h"
#include "profile/document/json-parse.h"
#include "profile/profile.h"

#define SUMMARY_SCHEMA "hawd-summary/1"

typedef struct Summary {
        char machine_id[33], hostname[65], kernel[65], architecture[33], virtualised[48]; /* "" unknown */
        char vendor_name[16], model_name[128];                                            /* "" unknown */
        ProfileWidths widths; /* without cpuinfo's; read back: value and reason only */
        char class_key[65];   /* HostClass.key */
        char pool_key[65];    /* "": an input is unknown, so the host is in no pool */
        char digest[65];      /* of the profile */
        size_t n_findings;
        char **findings; /* their ids, sorted, each once; owned */
} Summary;

/* -ENOMEM. */
int summary_make(const Profile *profile, Summary *ret);
void summary_done(Summary *summary);

/* A new reference; NULL if out of memory. */
json_t *summary_json(const Summary *summary);

/* Reads a document with "schema": "hawd-summary/1". Unknown members come from newer versions and are ignored.
 * -EINVAL with "widths.iovaBits: expected …" in reterr->text; -ENOMEM. */
int summary_read(const json_t *document, Summary *ret, JsonError *reterr);

extern const FieldTable summary_table; /* Summary */
