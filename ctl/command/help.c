/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/command/verb.h"

static const char *const exit_statuses[_EXIT_STATUS_MAX] = {
        [EXIT_SUCCESS] = "done",
        [EXIT_FAILURE] = "failed",
        [EXIT_USAGE] = "wrong usage",
        [EXIT_UNSAFE] = "unsafe",
        [EXIT_TIMEOUT] = "out of time",
};

/* "  -H, --host=[USER@]HOST   Ask the service…"; further lines are indented. */
static void print_option(const Option *option) {
        const char *argument = option->argument ? option->argument : "", *text = option->help;
        char letter[8] = "    ";
        int n;

        if (!text)
                return;
        if (option->letter)
                snprintf(letter, sizeof(letter), "-%c%s", option->letter, option->name ? ", " : "");
        n = printf("  %s%s%s%s", letter, option->name ? "--" : "", option->name ? option->name : "",
                        argument);
        printf("%*s", n < 26 ? 27 - n : 2, "");
        for (; strchr(text, '\n'); text = strchr(text, '\n') + 1)
                printf("%.*s\n%27s", (int) strcspn(text, "\n"), text, "");
        puts(text);
}

static void print_common(const Verb *verb) {
        printf("Options:\n");
        for (const Option *option = common_options; option->set; option++)
                if (!verb || option_is_taken(option, verb))
                        print_option(option);
}

void help_print(const Verb *const *verbs) {
        const char *join = "Exit status:";

        printf("Usage: hawctl [OPTION...] [VERB]\n\n"
               "Show the address widths of this virtualisation host: for its CPU, for guests,\n"
               "and for devices. Check guests against them.\n\nVerbs:\n");
        for (; *verbs; verbs++)
                printf("  %-10s %s\n", (*verbs)->name, (*verbs)->summary);
        putchar('\n');
        print_common(NULL);
        putchar('\n');
        for (int status = 0; status < _EXIT_STATUS_MAX; status++, join = ",")
                printf("%s %d %s", join, status, exit_statuses[status]);
        printf(".\nSee man hawctl(1).\n");
}

void help_print_verb(const Verb *verb) {
        printf("Usage: hawctl [OPTION...] %s%s%s\n\n%s.\n\n%s", verb->name, verb->arguments ? " " : "",
                        verb->arguments ? verb->arguments : "", verb->summary, verb->help ? verb->help : "");
        if (verb->options)
                putchar('\n');
        for (const Option *option = verb->options; option && option->set; option++)
                print_option(option);
        if (verb->example)
                printf("\nExample: %s\n", verb->example);
        if (verb->help)
                putchar('\n');
        print_common(verb);
}

static void list(const Option *option) {
        const char *argument = option->argument;

        if (!option->help || !option->name)
                return;
        if (!argument || *argument == '[')
                printf("--%s\n", option->name);
        if (argument)
                printf("--%s=\n", option->name);
}

void help_print_options(const Verb *verb) {
        for (const Option *option = verb->options; option && option->set; option++)
                list(option);
        for (const Option *option = common_options; option->set; option++)
                if (option_is_taken(option, verb))
                        list(option);
}
