/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ctl/verb/options.h"

/* A verb: its place in the help, how many arguments it takes, and what runs it. The function gets the arguments
 * behind the verb and returns the exit status. */
typedef struct Verb {
        const char *name;
        const char *arguments; /* for the usage line: "[DEVICE…]" */
        int min, max;          /* number of arguments; max -1: any */
        const char *summary;   /* one line */
        const char *help;      /* the rest of `hawctl VERB --help` */
        int (*run)(const Options *options, int argc, char **argv);
} Verb;

extern const Verb verbs[];
extern const unsigned n_verbs;

/* NULL when there is no such verb. */
const Verb *verb_find(const char *name);

/* The verb that was probably meant, or NULL. */
const Verb *verb_nearest(const char *name);

int verb_status(const Options *options, int argc, char **argv);
int verb_describe(const Options *options, int argc, char **argv);
int verb_iommus(const Options *options, int argc, char **argv);
int verb_groups(const Options *options, int argc, char **argv);
int verb_devices(const Options *options, int argc, char **argv);
int verb_regions(const Options *options, int argc, char **argv);
int verb_monitor(const Options *options, int argc, char **argv);
int verb_history(const Options *options, int argc, char **argv);
int verb_decode(const Options *options, int argc, char **argv);
int verb_capture(const Options *options, int argc, char **argv);
int verb_diff(const Options *options, int argc, char **argv);
int verb_audit(const Options *options, int argc, char **argv);
int verb_map(const Options *options, int argc, char **argv);
int verb_check(const Options *options, int argc, char **argv);
int verb_fit(const Options *options, int argc, char **argv);
int verb_compare(const Options *options, int argc, char **argv);
int verb_help(const Options *options, int argc, char **argv);
