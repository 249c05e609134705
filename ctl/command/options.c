/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/command/time-limit.h"
#include "ctl/command/verb.h"
#include "probe/cleanup.h"
#include "probe/decode/text.h"
#include "probe/grow.h"

/* ── setters ───────────────────────────────────────────────────────────────────────────────────────────── */

int option_flag(const Option *option, const char *value, void *field) {
        *(bool *) field = true;
        return 0;
}

int option_text(const Option *option, const char *value, void *field) {
        *(const char **) field = value ? value : "";
        return 0;
}

int option_list(const Option *option, const char *value, void *field) {
        OptionList *list = field;
        const char **grown;

        if (option->max && list->n == option->max) {
                fprintf(stderr, "hawctl: --%s can be given at most %u times\n", option->name, option->max);
                return EXIT_USAGE;
        }
        grown = grow(list->items, list->n, sizeof(*grown));
        if (!grown) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        list->items = grown;
        list->items[list->n++] = value;
        return 0;
}

int option_number(const Option *option, const char *value, void *field) {
        const uint32_t min = option->min ? option->min : 1;
        uint64_t number;

        if (!text_u64((Bytes){ .data = (const uint8_t *) value, .n = strlen(value) }, 10, &number) ||
                        number < min || number > option->max) {
                fprintf(stderr, "hawctl: --%s=%s: expected a number%s from %u to %u\n", option->name, value,
                                strcmp(option->argument, "=SECONDS") == 0 ? " of seconds" : "", min,
                                option->max);
                return EXIT_USAGE;
        }
        *(uint32_t *) field = (uint32_t) number;
        return 0;
}

static int option_json(const Option *option, const char *mode, void *field) {
        Options *options = field;

        /* -j */
        if (!mode)
                mode = isatty(STDOUT_FILENO) ? "pretty" : "short";
        if (strcmp(mode, "pretty") == 0)
                options->json_layout = JSON_LAYOUT_PRETTY;
        else if (strcmp(mode, "short") == 0)
                options->json_layout = JSON_LAYOUT_SHORT;
        else if (strcmp(mode, "off") != 0) {
                fprintf(stderr, "hawctl: unknown JSON mode '%s': expected pretty, short or off\n", mode);
                return EXIT_USAGE;
        }
        options->json = strcmp(mode, "off") != 0;
        return 0;
}

const Option common_options[] = {
        { "help", NULL, option_flag, offsetof(Options, help), "Show this help", .letter = 'h' },
        { "version", NULL, option_flag, offsetof(Options, version), "Show the version" },
        { "root", "=DIR|CAPTURE", option_text, offsetof(Options, root),
                        "Read a host tree or a capture instead of this host", .takers = TAKES_ROOT },
        { "local", NULL, option_flag, offsetof(Options, local),
                        "Read this host in this process, without the service", .takers = TAKES_LOCAL },
        { "host", "=[USER@]HOST", option_text, offsetof(Options, host),
                        "Ask the service of another host, over ssh", .letter = 'H', .takers = TAKES_HOST },
        { "bus-address", "=ADDRESS", option_text, offsetof(Options, bus_address),
                        "Ask the service on the bus at this address", .takers = TAKES_BUS },
        { "json", "=MODE", option_json, 0, "JSON: pretty, short or off", .takers = TAKES_JSON },
        { NULL, NULL, option_json, 0, "JSON: pretty on a terminal, short in a pipe", .letter = 'j',
                        .takers = TAKES_JSON },
        { "timeout", "=SECONDS", option_number, offsetof(Options, timeout),
                        "Give up after that time, with exit status 4", TIME_LIMIT_MAX,
                        .takers = TAKES_TIMEOUT },
        { "no-pager", NULL, option_flag, offsetof(Options, no_pager),
                        "Do not pipe long output into a pager" },
        { "no-legend", NULL, option_flag, offsetof(Options, no_legend), "No table headings and totals",
                        .takers = TAKES_TABLE },
        /* For shell completion. */
        { "list-verbs", NULL, option_flag, offsetof(Options, list_verbs) },
        { "list-options", NULL, option_flag, offsetof(Options, list_options) },
        {},
};

/* ── command line ──────────────────────────────────────────────────────────────────────────────────────── */

enum { NAMES_MAX = 64, FIRST_NAME = 256 };

/* Input of getopt(): the options of all verbs, as the verb may follow them. */
typedef struct Names {
        unsigned n;
        const Option *options[NAMES_MAX];
        struct option words[NAMES_MAX + 1];
} Names;

static void add_names(const Option *table, Names *names) {
        for (; table && table->set; table++) {
                int has = !table->argument                ? no_argument
                                : *table->argument == '[' ? optional_argument
                                                          : required_argument;
                bool known = !table->name;

                for (unsigned i = 0; i < names->n && !known; i++)
                        known = strcmp(names->options[i]->name, table->name) == 0;
                if (known || names->n == NAMES_MAX)
                        continue;
                names->words[names->n] =
                                (struct option){ table->name, has, NULL, (int) (FIRST_NAME + names->n) };
                names->options[names->n++] = table;
        }
}

/* Next option, NULL at the end. -1: invalid; getopt() prints why. */
static int next_option(int argc, char **argv, const Names *names, const Option **ret) {
        int c = getopt_long(argc, argv, "hjH:", names->words, NULL);

        *ret = NULL;
        if (c == '?') {
                fprintf(stderr, "Try 'hawctl --help'.\n");
                return EXIT_USAGE;
        }
        if (c >= FIRST_NAME)
                *ret = names->options[c - FIRST_NAME];
        for (const Option *option = common_options; c >= 0 && !*ret && option->set; option++)
                if (option->letter == c)
                        *ret = option;
        return 0;
}

static int set(const Option *option, const Verb *const *verbs, Options *options) {
        const Option *common = option_common(option);
        /* A verb may give another meaning to a common option that it does not support. */
        const Option *own = option_own(options->verb, option->name);

        if (common && option_is_taken(common, options->verb))
                return common->set(common, optarg, (char *) options + common->offset);
        if (own)
                return own->set(own, optarg, (char *) options->own + own->offset);
        return option_refuse(option, options->verb, verbs);
}

/* --help and the like come first: they need no verb. */
static int read_names(
                int argc, char **argv, const Names *names, const Verb *const *verbs, Options *options) {
        const Option *option;
        int r;

        while ((r = next_option(argc, argv, names, &option)) == 0 && option)
                if (option_common(option) && option->takers == 0)
                        option->set(option, optarg, (char *) options + option->offset);
        if (r != 0)
                return r;
        options->name = optind < argc ? argv[optind] : NULL;
        options->verb = verb_find(verbs, options->name ? options->name : (*verbs)->name);
        return 0;
}

static int read_rest(int argc, char **argv, const Names *names, const Verb *const *verbs, Options *options) {
        const Option *option;
        int r;

        options->own = calloc(1, options->verb->size + 1);
        if (!options->own) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        /* Restarts getopt(). */
        optind = 0;
        while ((r = next_option(argc, argv, names, &option)) == 0 && option) {
                r = set(option, verbs, options);
                if (r != 0)
                        return r;
        }
        if ((options->root || options->local) && (options->host || options->bus_address)) {
                fprintf(stderr, "hawctl: %s and %s cannot be combined\n",
                                options->root ? "--root" : "--local",
                                options->host ? "--host" : "--bus-address");
                return EXIT_USAGE;
        }
        options->argc = argc > optind ? argc - optind - 1 : 0;
        options->argv = argv + argc - options->argc;
        return 0;
}

/* Words after "--". getopt() moves it, with all that is not an option, to the end. */
static int literal_words(int argc, char *const *given, char *const *permuted, int n_words) {
        const char *end = n_words + 1 < argc ? permuted[argc - n_words - 2] : "";

        for (int i = 1; i < argc && strcmp(end, "--") == 0; i++)
                if (given[i] == end)
                        return argc - 1 - i < n_words ? argc - 1 - i : n_words;
        return 0;
}

int options_parse(int argc, char **argv, const Verb *const *verbs, Options *ret) {
        _cleanup_free_ char **given = calloc((size_t) argc + 1, sizeof(*given));
        Options options = {};
        Names names = {};
        int r;

        if (!given) {
                fprintf(stderr, "hawctl: %s\n", strerror(ENOMEM));
                return EXIT_FAILURE;
        }
        memcpy(given, argv, (size_t) argc * sizeof(*given));
        add_names(common_options, &names);
        for (const Verb *const *verb = verbs; *verb; verb++)
                add_names((*verb)->options, &names);
        r = read_names(argc, argv, &names, verbs, &options);
        if (r == 0 && options.verb && !options.help && !options.version)
                r = read_rest(argc, argv, &names, verbs, &options);
        options.literal = literal_words(argc, given, argv, options.argc);
        if (r == 0)
                *ret = options;
        else
                options_done(&options);
        return r;
}

void options_done(Options *options) {
        const Option *option = options->own && options->verb ? options->verb->options : NULL;

        for (; option && option->set; option++)
                if (option->set == option_list)
                        free(((OptionList *) ((char *) options->own + option->offset))->items);
        free(options->own);
        *options = (Options){};
}
