/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/command/verb.h"

/* Each is in verb-NAME.c, in the order of --help; the first is the default. */
#define VERBS(VERB)    \
        VERB(status)   \
        VERB(describe) \
        VERB(iommus)   \
        VERB(groups)   \
        VERB(devices)  \
        VERB(regions)  \
        VERB(map)      \
        VERB(check)    \
        VERB(audit)    \
        VERB(fit)      \
        VERB(compare)  \
        VERB(baseline) \
        VERB(place)    \
        VERB(models)   \
        VERB(monitor)  \
        VERB(history)  \
        VERB(decode)   \
        VERB(capture)  \
        VERB(diff)     \
        VERB(export)   \
        VERB(gather)   \
        VERB(doctor)   \
        VERB(help)

#define DECLARE_VERB(name) extern const Verb verb_##name;
VERBS(DECLARE_VERB)
#undef DECLARE_VERB

/* Ends with NULL. */
extern const Verb *const verbs[];
