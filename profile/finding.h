/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A rule's conclusion about a profile. Ids are stable and never change meaning; man hawd-findings(7) documents
 * cause, effect and remedy of each. */

#include <stddef.h>

#include "probe/words.h"

struct Profile;

typedef enum Severity {
        SEVERITY_INFO = 0,
        SEVERITY_WARNING,
        SEVERITY_ERROR,
        _SEVERITY_MAX,
} Severity;

WORDS_DECLARE(Severity, severity);

/* Whether a guest may run or move here, in order of precedence: what is known to be unsafe stays so whatever else is unknown;
 * a missing input outweighs a warning, because it could hide something worse. */
typedef enum Verdict {
        VERDICT_SAFE = 0,
        VERDICT_WARNING,
        VERDICT_UNKNOWN, /* an input is missing */
        VERDICT_UNSAFE,
        _VERDICT_MAX,
} Verdict;

WORDS_DECLARE(Verdict, verdict);

typedef struct Finding {
        char *id; /* owned: a document of a newer version has ids that this one does not know */
        Severity severity;
        char *subject; /* what it is about: "host", a unit, "group 14", a PCI address */
        char *summary; /* one line */
        char *detail;  /* the numbers that were compared */
        char *remedy;  /* what to do; "" when there is nothing */
} Finding;

typedef struct FindingList {
        size_t n;
        Finding *findings; /* sorted by severity (worst first), then id, then subject */
        int error;         /* -ENOMEM when one could not be kept */
} FindingList;

/* Frees the strings; a zeroed finding is fine. */
void finding_done(Finding *finding);
void finding_list_done(FindingList *list);
