/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "ctl/verb/verbs.h"

#define ROW(name) &verb_##name,
const Verb *const verbs[] = { VERBS(ROW) NULL };

static int run(const Options *options, int argc, char **argv) {
        const Verb *verb = argc > 0 ? verb_find(verbs, argv[0]) : NULL;

        if (argc > 0 && !verb)
                return verb_unknown(verbs, argv[0]);
        if (verb)
                help_print_verb(verb);
        else
                help_print(verbs);
        return EXIT_SUCCESS;
}

const Verb verb_help = {
        .name = "help",
        .arguments = "[VERB]",
        .max = 1,
        .summary = "Show help for a verb",
        .run = run,
};
