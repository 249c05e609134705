/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A number together with where it came from. There is no way to a number that leaves its state behind:
 * unknown is neither zero nor "no". */

#include <stdbool.h>
#include <stdint.h>

#include "probe/reason.h"

typedef enum Provenance {
        PROVENANCE_UNKNOWN = 0, /* .reason says why */
        PROVENANCE_MEASURED,    /* .source is the register, file or ioctl */
        PROVENANCE_DERIVED,     /* .source is the formula with its inputs */
        PROVENANCE_ASSUMED,     /* .source is the rule that was applied */
        _PROVENANCE_MAX,
} Provenance;

#define FACT_SOURCE_MAX 160

typedef struct Fact {
        Provenance provenance;
        Reason reason; /* REASON_NONE exactly when known */
        uint64_t value;
        char source[FACT_SOURCE_MAX]; /* printable ASCII; when unknown: what was asked */
} Fact;

WORDS_DECLARE(Provenance, provenance);

Fact fact_measured(uint64_t value, const char *format, ...) __attribute__((format(printf, 2, 3)));
Fact fact_derived(uint64_t value, const char *format, ...) __attribute__((format(printf, 2, 3)));
Fact fact_assumed(uint64_t value, const char *format, ...) __attribute__((format(printf, 2, 3)));
Fact fact_unknown(Reason reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool fact_known(const Fact *fact) {
        return fact->provenance != PROVENANCE_UNKNOWN;
}

/* Three-valued truth, for what hardware offers, the kernel enables, or a guest uses. */
typedef enum Tristate {
        TRISTATE_UNKNOWN = 0,
        TRISTATE_NO,
        TRISTATE_YES,
} Tristate;

WORDS_DECLARE(Tristate, tristate);

static inline Tristate tristate(bool b) {
        return b ? TRISTATE_YES : TRISTATE_NO;
}

/* Known when the tristate is; otherwise unknown for that reason. */
Fact fact_state(Tristate state, Reason reason, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
