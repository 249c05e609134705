/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why something is unknown on this host, and what to do. JSON: hawd-doctor/1, doctor.schema.json. Findings
 * of the profile that explain an unknown value are taken as they are. */

#include <jansson.h>

#include "doctor/surroundings.h"
#include "profile/document/field.h"
#include "profile/profile.h"

#define DIAGNOSIS_SCHEMA "hawd-doctor/1"

typedef enum DiagnosisState {
        DIAGNOSIS_OK = 0,
        DIAGNOSIS_PROBLEM,
        DIAGNOSIS_UNKNOWN, /* could not look: never taken for ok */
        _DIAGNOSIS_STATE_MAX,
} DiagnosisState;

WORDS_DECLARE(DiagnosisState, diagnosis_state);

typedef struct DiagnosisEntry {
        char id[48];
        DiagnosisState state;
        char looked[160]; /* at what */
        char found[480];
        char remedy[480]; /* "": nothing to do */
} DiagnosisEntry;

#define DIAGNOSIS_ENTRIES_MAX 48

typedef struct Diagnosis {
        char source[32];                /* of the profile: "service", "host" or "tree" */
        uint32_t n_problems, n_unknown; /* entries in these states */
        size_t n;
        DiagnosisEntry entries[DIAGNOSIS_ENTRIES_MAX];
} Diagnosis;

/* The profile is the service's, or was read by this process. */
void diagnose(const Surroundings *surroundings, const Profile *profile, bool by_service, Diagnosis *ret);

extern const FieldTable diagnosis_table; /* Diagnosis */

/* A new reference; NULL if out of memory. */
json_t *diagnosis_json(const Diagnosis *diagnosis);
