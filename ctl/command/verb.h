/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a verb says of itself: its arguments, its options, its help. The command line is read by these tables, and --help and
 * the shell's completion come from them. */

#include <stddef.h>

#include "ctl/command/options.h"

/* The common options that a verb takes. */
enum {
        TAKES_ROOT = 1 << 0,
        TAKES_LOCAL = 1 << 1,
        TAKES_HOST = 1 << 2,
        TAKES_BUS = 1 << 3,
        TAKES_JSON = 1 << 4,
        TAKES_TABLE = 1 << 5, /* --no-legend */
        TAKES_TIMEOUT = 1 << 6,
        TAKES_PROFILE = TAKES_ROOT | TAKES_LOCAL | TAKES_HOST | TAKES_BUS,
};

typedef struct Option Option;

/* An option, a row of a table that ends with an empty one. */
struct Option {
        const char *name;     /* "count"; NULL: none but the letter */
        const char *argument; /* "=N", "[=FILE]" where it may be left out; NULL: takes none */
        /* Sets the field; value is NULL when there is no argument. An exit status; what is wrong is on standard error. */
        int (*set)(const Option *option, const char *value, void *field);
        size_t offset;    /* of the field, in Options or in the verb's own struct */
        const char *help; /* NULL: not shown; lines of at most 53 characters */
        uint32_t max;     /* of option_number, from 1; of option_list: how often it may be given */
        char letter;      /* 'H'; 0: none */
        unsigned takers;  /* a common option: TAKES_…, or 0 for all verbs */
};

struct Verb {
        const char *name;
        const char *arguments; /* for the usage line: "[DEVICE...]"; NULL: none */
        int min, max;          /* number of arguments; max -1: any */
        unsigned takes;        /* TAKES_… */
        const char *summary;   /* one line */
        const char *help;      /* what it does; lines of at most 80 characters */
        const char *example;
        const char *refusal;   /* why it takes no other common options, where that has to be said */
        const Option *options; /* its own; NULL: none */
        size_t size;           /* of the struct that they are set in */
        int (*run)(const Options *options, int argc, char **argv);
};

#define OPTION_LIST_MAX 64

typedef struct OptionList {
        uint32_t n;
        const char *items[OPTION_LIST_MAX];
} OptionList;

int option_flag(const Option *option, const char *value, void *field);   /* bool */
int option_text(const Option *option, const char *value, void *field);   /* const char *, "" when left out */
int option_list(const Option *option, const char *value, void *field);   /* OptionList */
int option_number(const Option *option, const char *value, void *field); /* uint32_t */

/* Those that are in Options. */
extern const Option common_options[];

/* The row of the option's name among them; NULL: it is a verb's own. */
const Option *option_common(const Option *option);
const Option *option_own(const Verb *verb, const char *name);
/* Of a common one. */
bool option_is_taken(const Option *common, const Verb *verb);

/* Says on standard error that the verb does not take it, and which do. EXIT_USAGE. */
int option_refuse(const Option *option, const Verb *verb, const Verb *const *verbs);

/* A table of verbs ends with NULL; its first is what is done without a verb. NULL when there is none of that name. */
const Verb *verb_find(const Verb *const *verbs, const char *name);

/* Says on standard error that there is none, and which was probably meant. EXIT_USAGE. */
int verb_unknown(const Verb *const *verbs, const char *name);

/* Reads the command line; options may stand anywhere. Returns 0 with *ret filled, to be emptied with options_done(); or what
 * is wrong is on standard error, and EXIT_USAGE or EXIT_FAILURE is returned. */
int options_parse(int argc, char **argv, const Verb *const *verbs, Options *ret);
void options_done(Options *options);

/* hawctl --help; hawctl VERB --help; the options of a verb, one a line with '=' where it wants an argument, for completion. */
void help_print(const Verb *const *verbs);
void help_print_verb(const Verb *verb);
void help_print_options(const Verb *verb);
