/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ctl/command/verb.h"

#include <stdio.h>
#include <string.h>

#include "guest/nearest.h"

/* ── verbs ─────────────────────────────────────────────────────────────────────────────────────────────── */

const Verb *verb_find(const Verb *const *verbs, const char *name) {
        for (; *verbs; verbs++)
                if (strcmp((*verbs)->name, name) == 0)
                        return *verbs;
        return NULL;
}

int verb_unknown(const Verb *const *verbs, const char *name) {
        Nearest nearest = nearest_to(name);

        for (; *verbs; verbs++)
                nearest_try(&nearest, (*verbs)->name);
        if (nearest.found)
                fprintf(stderr, "hawctl: unknown verb '%s'; did you mean '%s'?\n", name, nearest.found);
        else
                fprintf(stderr, "hawctl: unknown verb '%s'; 'hawctl --help' lists them\n", name);
        return EXIT_USAGE;
}

/* ── verbs of an option ────────────────────────────────────────────────────────────────────────────────── */

static const Option *find(const Option *table, const char *name) {
        for (; table && table->set; table++)
                if (table->name && name && strcmp(table->name, name) == 0)
                        return table;
        return NULL;
}

const Option *option_common(const Option *option) {
        return option->name ? find(common_options, option->name) : option;
}

const Option *option_own(const Verb *verb, const char *name) {
        return find(verb->options, name);
}

bool option_is_taken(const Option *common, const Verb *verb) {
        return common->takers == 0 || common->takers & verb->takes;
}

/* "'check', 'fit' and 'map'" */
static void print_takers(const char *name, const Verb *const *verbs) {
        const Verb *before = NULL;
        const char *join = "";

        for (; *verbs; verbs++) {
                if (!option_own(*verbs, name))
                        continue;
                if (before) {
                        fprintf(stderr, "%s'%s'", join, before->name);
                        join = ", ";
                }
                before = *verbs;
        }
        if (before)
                fprintf(stderr, "%s'%s'", *join ? " and " : "", before->name);
}

int option_refuse(const Option *option, const Verb *verb, const Verb *const *verbs) {
        if (option->name)
                fprintf(stderr, "hawctl: '%s' does not support --%s", verb->name, option->name);
        else
                fprintf(stderr, "hawctl: '%s' does not support -%c", verb->name, option->letter);
        if (!option_common(option)) {
                fprintf(stderr, "; it is an option of ");
                print_takers(option->name, verbs);
        } else if (verb->refusal)
                fprintf(stderr, ": %s", verb->refusal);
        else
                fprintf(stderr, "; 'hawctl %s --help' lists its options", verb->name);
        fputc('\n', stderr);
        return EXIT_USAGE;
}
