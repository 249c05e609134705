/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A number with its source. A number is never read without its state: unknown is neither zero nor "no". */

#include <stdbool.h>
#include <stdint.h>

#include "probe/reason.h"

typedef enum Provenance {
        PROVENANCE_UNKNOWN = 0, /* see .reason */
        PROVENANCE_MEASURED,    /* .source is the register, file or ioctl */
        PROVENANCE_DERIVED,     /* .source is the formula with its inputs */
        PROVENANCE_ASSUMED,     /* .source is the rule that was applied */
        _PROVENANCE_MAX,
} Provenance;

#define FACT_SOURCE_MAX 160

typedef struct Fact {
        Provenance provenance;
        Reason reason; /* REASON_NONE only when known */
        uint64_t value;
        char source[FACT_SOURCE_MAX]; /* printable ASCII; if unknown: what was read */
} Fact;

WORDS_DECLARE(Provenance, provenance);

Fact fact_measured(uint64_t value, const char *format, ...) __attribute__((format(printf, 2, 3)));
Fact fact_derived(uint64_t value, const char *format, ...) __attribute__((format(printf, 2, 3)));
Fact fact_assumed(uint64_t value, const char *format, ...) __attribute__((format(printf, 2, 3)));
Fact fact_unknown(Reason reason, const char *format, ...) __attribute__((format(printf, 2, 3)));

static inline bool fact_known(const Fact *fact) {
        return fact->provenance != PROVENANCE_UNKNOWN;
}

/* Yes, no or unknown, for hardware support, kernel settings and guest use. */
typedef enum Tristate {
        TRISTATE_UNKNOWN = 0,
        TRISTATE_NO,
        TRISTATE_YES,
} Tristate;

WORDS_DECLARE(Tristate, tristate);

static inline Tristate tristate(bool b) {
        return b ? TRISTATE_YES : TRISTATE_NO;
}

/* Known if the tristate is; otherwise unknown with this reason. */
Fact fact_state(Tristate state, Reason reason, const char *format, ...)
                __attribute__((format(printf, 3, 4)));
