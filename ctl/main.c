/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/command/time-limit.h"
#include "ctl/show/safe-output.h"
#include "ctl/verb/verbs.h"
#include "probe/cleanup.h"
#include "probe/standard-descriptors.h"

static int finish(int status) {
        return standard_output_finish("hawctl", status);
}

static int run_verb(void *userdata) {
        const Options *options = userdata;

        return finish(options->verb->run(options, options->argc, options->argv));
}

static int dispatch(Options *options) {
        const Verb *verb = options->verb;
        const char *arguments = verb->arguments ? verb->arguments : "";

        if (options->argc < verb->min || (verb->max >= 0 && options->argc > verb->max)) {
                fprintf(stderr, "hawctl: %s arguments for '%s': expected 'hawctl %s%s%s'\n",
                                options->argc < verb->min ? "too few" : "too many", verb->name, verb->name,
                                *arguments ? " " : "", arguments);
                return EXIT_USAGE;
        }
        return options->timeout > 0 ? time_limit_run(options->timeout, verb->name, run_verb, options)
                                    : run_verb(options);
}

/* Handles options that replace a verb. */
static int inform(const Options *options) {
        if (options->version)
                printf("hawctl %s\n", HAWD_VERSION);
        else if (options->list_verbs)
                for (const Verb *const *verb = verbs; *verb; verb++)
                        printf("%s\n", (*verb)->name);
        else if (options->help && !options->name)
                help_print(verbs);
        else if (options->help)
                help_print_verb(options->verb);
        else
                help_print_options(options->verb);
        return finish(EXIT_SUCCESS);
}

int main(int argc, char **argv) {
        _cleanup_(safe_output_close) SafeOutputs outputs = {};
        _cleanup_(options_done) Options options = {};
        int r;

        standard_descriptors_open();
        setlocale(LC_ALL, "");
        signal(SIGPIPE, SIG_IGN);
        /* A write over ulimit -f then fails with an error. */
        signal(SIGXFSZ, SIG_IGN);
        if (safe_output_open(&outputs) < 0)
                return EXIT_FAILURE;
        r = options_parse(argc, argv, verbs, &options);
        if (r != 0)
                return r;
        if (!options.verb && !options.version && !options.list_verbs)
                return verb_unknown(verbs, options.name);
        if (options.version || options.list_verbs || options.help || options.list_options)
                return inform(&options);
        return dispatch(&options);
}
