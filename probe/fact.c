/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe/fact.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const char *provenance_to_string(Provenance provenance) {
        static const char *const names[_PROVENANCE_MAX] = {
                [PROVENANCE_UNKNOWN] = "unknown",
                [PROVENANCE_MEASURED] = "measured",
                [PROVENANCE_DERIVED] = "derived",
                [PROVENANCE_ASSUMED] = "assumed",
        };
        return (unsigned) provenance < _PROVENANCE_MAX ? names[provenance] : "unknown";
}

int provenance_from_string(const char *word) {
        for (int provenance = 0; provenance < _PROVENANCE_MAX; provenance++)
                if (strcmp(word, provenance_to_string((Provenance) provenance)) == 0)
                        return provenance;
        return -EINVAL;
}

const char *tristate_to_string(Tristate state) {
        return state == TRISTATE_YES ? "yes" : state == TRISTATE_NO ? "no" : "unknown";
}

static Fact __attribute__((format(printf, 4, 0)))
fact_make(Provenance provenance, Reason reason, uint64_t value, const char *format, va_list ap) {
        /* What was read and did not hold the thing: it is absent there. An unknown always has a reason. */
        if (provenance == PROVENANCE_UNKNOWN && reason == REASON_NONE)
                reason = REASON_ABSENT;

        Fact fact = { .provenance = provenance, .reason = reason, .value = value };

        vsnprintf(fact.source, sizeof(fact.source), format, ap);
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
