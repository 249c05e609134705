/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Describes a verb: arguments, options, help. The parser of the command line, --help and shell completion
 * use these tables. */

#include <stddef.h>

#include "ctl/command/options.h"

/* Common options that a verb accepts. */
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

/* An option: a row of a table that ends with an empty row. */
struct Option {
        const char *name;     /* "count"; NULL: letter only */
        const char *argument; /* "=N"; "[=FILE]" if optional; NULL: none */
        /* Sets the field; value is NULL without an argument. Returns an exit status after printing the
         * error. */
        int (*set)(const Option *option, const char *value, void *field);
        size_t offset;    /* of the field in Options or the verb's struct */
        const char *help; /* NULL: hidden; lines of at most 53 characters */
        uint32_t max;     /* option_number: maximum; option_list: maximum count, 0: any */
        uint32_t min;     /* option_number: minimum; 0: 1 */
        char letter;      /* 'H'; 0: none */
        unsigned takers;  /* a common option: TAKES_…, or 0 for all verbs */
};

struct Verb {
        const char *name;
        const char *arguments; /* for the usage line: "[DEVICE...]"; NULL: none */
        int min, max;          /* number of arguments; max -1: any */
        unsigned takes;        /* TAKES_… */
        const char *summary;   /* one line */
        const char *help;      /* description; lines of at most 80 characters */
        const char *example;
        const char *refusal;   /* why other common options are rejected, if not obvious */
        const Option *options; /* own; NULL: none */
        size_t size;           /* of the struct of own options */
        int (*run)(const Options *options, int argc, char **argv);
};

#define OPTION_LIST_MAX 64

/* In a verb's struct; options_done() frees the array. */
typedef struct OptionList {
        uint32_t n;
        const char **items;
} OptionList;

int option_flag(const Option *option, const char *value, void *field);   /* bool */
int option_text(const Option *option, const char *value, void *field);   /* const char *; "" if omitted */
int option_list(const Option *option, const char *value, void *field);   /* OptionList */
int option_number(const Option *option, const char *value, void *field); /* uint32_t */

/* Options stored in Options. */
extern const Option common_options[];

/* The common option of that name; NULL: a verb's own option. */
const Option *option_common(const Option *option);
const Option *option_own(const Verb *verb, const char *name);
/* Is it accepted? */
bool option_is_taken(const Option *common, const Verb *verb);

/* Prints that the verb does not accept the option, and which verbs do. EXIT_USAGE. */
int option_refuse(const Option *option, const Verb *verb, const Verb *const *verbs);

/* A table of verbs ends with NULL; its first verb is the default. Returns NULL if the name is unknown. */
const Verb *verb_find(const Verb *const *verbs, const char *name);

/* Prints that the verb is unknown, and the closest name. EXIT_USAGE. */
int verb_unknown(const Verb *const *verbs, const char *name);

/* Reads the command line; options may appear anywhere. Returns 0 with *ret filled, which the caller
 * empties with options_done(); or EXIT_USAGE or EXIT_FAILURE after printing the error. */
int options_parse(int argc, char **argv, const Verb *const *verbs, Options *ret);
void options_done(Options *options);

/* hawctl --help; hawctl VERB --help; the options of a verb for completion, one per line, with '=' if it
 * takes an argument. */
void help_print(const Verb *const *verbs);
void help_print_verb(const Verb *verb);
void help_print_options(const Verb *verb);
