/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Findings in an order of their own: a stranger's guest of a thousand devices has thousands of them in each of a hundred
 * checks, and comparing each with each takes seconds. */

#include <stdbool.h>

#include "guest/rules/check.h"

typedef struct FindingSet {
        size_t n;
        const CheckFinding **items; /* owned; what they point to is the check's */
} FindingSet;

/* Good as long as the findings stay where they are, and verdict, rule, subject and summary as they are. -ENOMEM. */
int finding_set_make(const CheckFinding *findings, size_t n, FindingSet *ret);
void finding_set_done(FindingSet *set);
/* The worst that has rule, subject and summary of that one; NULL: none. */
const CheckFinding *finding_set_find(const FindingSet *set, const CheckFinding *finding);
/* Whether it has that one, the verdict included. */
bool finding_set_has(const FindingSet *set, const CheckFinding *finding);
/* Whether both have the same ones. Information decides nothing, and does not count. */
bool finding_set_equal(const FindingSet *a, const FindingSet *b);
