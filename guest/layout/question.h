/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a layout depends on and nobody told. A layout notes each such question that it met; the check then lays the guest out
 * once for each answer (alternatives.h). */

#include "guest/guest.h"

typedef enum LayoutQuestion {
        LAYOUT_ASKS_LONG_MODE = 0,
        LAYOUT_ASKS_PAE,
        LAYOUT_ASKS_PSE36,
        LAYOUT_ASKS_VENDOR,
        LAYOUT_ASKS_PDPE1GB,
        LAYOUT_ASKS_LA57,
        LAYOUT_ASKS_GUEST_BITS,
        LAYOUT_ASKS_FIVE_LEVEL,
        LAYOUT_ASKS_MMIO64_EXACT,
        _LAYOUT_QUESTION_MAX,
} LayoutQuestion;

/* How `missing` names it. */
const char *layout_question_missing(LayoutQuestion question);
/* 2 or 3. */
unsigned layout_question_answers(LayoutQuestion question);
/* The guest with that answer. */
void layout_question_answer(LayoutQuestion question, unsigned answer, Guest *guest);
/* "with 1 GiB pages (pdpe1gb)" */
const char *layout_question_words(LayoutQuestion question, unsigned answer);
