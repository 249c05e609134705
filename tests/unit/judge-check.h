/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whole checks of drawn guests: what is safe is so by the judge, with every answer to what is open, and what is proposed
 * against the rest does what is said of it. */

#include "guest/rules/check.h"
#include "tests/unit/drawn-case.h"

typedef struct JudgeCounts {
        uint64_t checks, safe, warnings, unsafe; /* of guests */
        uint64_t answers, safe_answers;          /* with more than one answer to what is open */
        uint64_t remedies, plans, safe_plans;
} JudgeCounts;

#define JUDGE_FAULT_MAX 512

/* False: `fault` says what is wrong. `remedies`: also those, which takes most of the time. */
bool judge_check(DrawnCase *drawn, bool remedies, JudgeCounts *counts, char fault[JUDGE_FAULT_MAX]);
