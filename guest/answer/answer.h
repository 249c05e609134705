/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The documents of the answers, as tables: hawd-check/1 and hawd-fit/1. */

#include "guest/answer/fit.h"
#include "guest/answer/migration.h"
#include "profile/field/field.h"

struct json_t;

/* What the document of a check is made of. */
typedef struct CheckAnswer CheckAnswer;

extern const FieldTable check_table; /* CheckAnswer */
extern const FieldTable fit_table;   /* Fit */

/* A host that the guest may go to. */
typedef struct CheckTarget {
        const char *name; /* as it was given */
        Migration migration;
} CheckTarget;

/* The document of `hawctl check --json` and D-Bus Check; of `hawctl fit --json`. A new reference; NULL when out of memory. */
struct json_t *check_json(
                const Guest *guest, const Check *check, const CheckTarget *targets, size_t n_targets);
struct json_t *fit_json(const Fit *fit);

/* A text as JSON takes it: a device's name may have been cut within a character. NULL: null. */
struct json_t *answer_text(const char *text);
/* n texts, the first at `texts`, each `size` after the one before. */
struct json_t *answer_texts(const char *texts, size_t n, size_t size);

extern const FieldHook answer_text_hook;  /* char * */
extern const FieldHook answer_words_hook; /* char * that is not empty */
extern const FieldHook answer_lines_hook; /* char *, of hawd's own making and of any length */
extern const Words check_verdict_words;   /* of a Verdict: "safe", "warning", "unsafe" */
