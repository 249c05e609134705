/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/origin/time-limit.h"
#include "ctl/show/safe-output.h"
#include "ctl/verb/verbs.h"
#include "probe/cleanup.h"
#include "probe/standard-descriptors.h"

static void show_usage(void) {
        printf("Usage: hawctl [OPTION...] [VERB]\n\n"
               "Show how wide this host's addresses really are: for the CPU, for guests, and for\n"
               "the devices guests may be given.\n\nVerbs:\n");
        for (unsigned i = 0; i < n_verbs; i++)
                printf("  %-10s %s\n", verbs[i].name, verbs[i].summary);
        printf("\n%s\nExit status: 0 done, 1 failed, 2 wrong usage, 3 unsafe, 4 out of time.\nSee man hawctl(1).\n",
                        options_help);
}

static void show_verb(const Verb *verb) {
        printf("Usage: hawctl [OPTION...] %s%s%s\n\n%s.\n\n", verb->name, *verb->arguments ? " " : "",
                        verb->arguments, verb->summary);
        printf("%s%s%s", verb->help, *verb->help ? "\n" : "", options_help);
}

int verb_help(const Options *options, int argc, char **argv) {
        const Verb *verb = argc > 0 ? verb_find(argv[0]) : NULL;

        if (argc > 0 && !verb) {
                fprintf(stderr, "hawctl: unknown verb '%s'; 'hawctl --help' lists them\n", argv[0]);
                return EXIT_USAGE;
        }
        if (verb)
                show_verb(verb);
        else
                show_usage();
        return EXIT_SUCCESS;
}

static int usage_verb(const char *name) {
        const Verb *nearest = verb_nearest(name);

        if (nearest)
                fprintf(stderr, "hawctl: unknown verb '%s'; did you mean '%s'?\n", name, nearest->name);
        else
                fprintf(stderr, "hawctl: unknown verb '%s'; 'hawctl --help' lists them\n", name);
        return EXIT_USAGE;
}

static int finish(int status) {
        return standard_output_finish("hawctl", status);
}

typedef struct Task {
        const Verb *verb;
        const Options *options;
        int argc;
} Task;

static int run_task(void *userdata) {
        const Task *task = userdata;

        return finish(task->verb->run(task->options, task->argc, task->options->argv + 1));
}

static int dispatch(const Options *options) {
        const char *name = options->argc > 0 ? options->argv[0] : "status";
        int argc = options->argc > 0 ? options->argc - 1 : 0;
        const Verb *verb = verb_find(name);
        Task task = { .verb = verb, .options = options, .argc = argc };

        if (!verb)
                return usage_verb(name);
        if (options->help) {
                show_verb(verb);
                return finish(EXIT_SUCCESS);
        }
        if (argc < verb->min || (verb->max >= 0 && argc > verb->max)) {
                fprintf(stderr, "hawctl: %s arguments for '%s': expected 'hawctl %s%s%s'\n",
                                argc < verb->min ? "too few" : "too many", name, name,
                                *verb->arguments ? " " : "", verb->arguments);
                return EXIT_USAGE;
        }
        if (options->timeout > 0 && verb->run == verb_monitor) {
                fprintf(stderr, "hawctl: monitor runs until it is interrupted: --timeout does not go with it\n");
                return EXIT_USAGE;
        }
        return options->timeout > 0 ? time_limit_run(options->timeout, name, run_task, &task)
                                    : run_task(&task);
}

int main(int argc, char **argv) {
        _cleanup_(safe_output_close) SafeOutputs outputs = {};
        Options options;
        int r;

        standard_descriptors_open();
        setlocale(LC_ALL, "");
        signal(SIGPIPE, SIG_IGN);
        /* Beyond ulimit -f a write fails then, and says so. */
        signal(SIGXFSZ, SIG_IGN);
        if (safe_output_open(&outputs) < 0)
                return EXIT_FAILURE;
        r = options_parse(argc, argv, &options);
        if (r != 0)
                return r;
        if (options.version) {
                printf("hawctl %s\n", HAWD_VERSION);
                return finish(EXIT_SUCCESS);
        }
        if (options.list_verbs) {
                for (unsigned i = 0; i < n_verbs; i++)
                        printf("%s\n", verbs[i].name);
                return finish(EXIT_SUCCESS);
        }
        if (options.help && options.argc == 0) {
                show_usage();
                return finish(EXIT_SUCCESS);
        }
        return dispatch(&options);
}
