/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/fact.h"

#include <stdarg.h>
#include <stdio.h>

#include "probe/character.h"

static const char *const provenance_table[_PROVENANCE_MAX] = {
        [PROVENANCE_UNKNOWN] = "unknown",
        [PROVENANCE_MEASURED] = "measured",
        [PROVENANCE_DERIVED] = "derived",
        [PROVENANCE_ASSUMED] = "assumed",
};
WORDS_DEFINE(Provenance, provenance);

static const char *const tristate_table[] = {
        [TRISTATE_UNKNOWN] = "unknown",
        [TRISTATE_NO] = "no",
        [TRISTATE_YES] = "yes",
};
WORDS_DEFINE(Tristate, tristate);

static Fact __attribute__((format(printf, 4, 0)))
fact_make(Provenance provenance, Reason reason, uint64_t value, const char *format, va_list ap) {
        /* The source was read but lacks the value. Every unknown fact has a reason. */
        if (provenance == PROVENANCE_UNKNOWN && reason == REASON_NONE)
                reason = REASON_ABSENT;

        Fact fact = { .provenance = provenance, .reason = reason, .value = value };
        char text[FACT_SOURCE_MAX];

        vsnprintf(text, sizeof(text), format, ap);
        text_shown(text, fact.source, sizeof(fact.source));
        return fact;
}

#define FACT_MAKE(provenance, reason, value)                          \
        va_list ap;                                                   \
        va_start(ap, format);                                         \
        Fact fact = fact_make(provenance, reason, value, format, ap); \
        va_end(ap);                                                   \
        return fact

Fact fact_measured(uint64_t value, const char *format, ...) {
        FACT_MAKE(PROVENANCE_MEASURED, REASON_NONE, value);
}

Fact fact_derived(uint64_t value, const char *format, ...) {
        FACT_MAKE(PROVENANCE_DERIVED, REASON_NONE, value);
}

Fact fact_assumed(uint64_t value, const char *format, ...) {
        FACT_MAKE(PROVENANCE_ASSUMED, REASON_NONE, value);
}

Fact fact_unknown(Reason reason, const char *format, ...) {
        FACT_MAKE(PROVENANCE_UNKNOWN, reason, 0);
}

Fact fact_state(Tristate state, Reason reason, const char *format, ...) {
        bool known = state != TRISTATE_UNKNOWN;

        FACT_MAKE(known ? PROVENANCE_MEASURED : PROVENANCE_UNKNOWN, known ? REASON_NONE : reason,
                        state == TRISTATE_YES);
}
