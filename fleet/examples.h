/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Hosts named as examples: those that were read first. */

#include <stdbool.h>
#include <stdint.h>

#define EXAMPLES_MAX 2

typedef struct Examples {
        unsigned n;
        struct {
                const char *name;  /* not owned; "": the host has no name */
                uint64_t position; /* in order of reading */
        } hosts[EXAMPLES_MAX];
} Examples;

/* Keeps the first ones of both. */
void examples_merge(Examples *examples, const Examples *other);
