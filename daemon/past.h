/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The profiles of the last boots: DIR/NNNN-BOOTID.json, one a boot, as the host was when the service first read it. NNNN
 * counts boots, so that no jump of the clock puts them in another order. */

#include <stdbool.h>

#include "profile/profile.h"

typedef struct Past {
        int fd;          /* the state directory; -1: none */
        char boot[33];   /* this boot's id */
        bool told, kept; /* compared with the former boot; written down */
        Finding finding; /* what changed since then; id NULL: nothing did */
} Past;

/* A directory that cannot be opened is said, and nothing is kept. NULL: nothing is kept. */
void past_open(Past *past, const char *path);
void past_close(Past *past);

/* Adds what changed since the former boot to the findings. A former profile that cannot be read is said once, and
 * counts as none. -ENOMEM. */
int past_tell(Past *past, Profile *profile);

/* Writes this boot's profile down, once, and lets the oldest go. */
void past_keep(Past *past, const char *document, size_t n);
