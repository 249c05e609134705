/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The word that was probably meant. */

#include <stddef.h>

typedef struct Nearest {
        const char *name;  /* as given */
        const char *found; /* the nearest word so far; NULL: none is near */
        size_t distance;
} Nearest;

Nearest nearest_to(const char *name);

/* Words have at most 31 characters. */
void nearest_try(Nearest *nearest, const char *word);
