/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Profiles of the last boots: DIR/NNNN-BOOTID.json, one per boot, as the service first read the host.
 * NNNN counts boots, so clock changes do not affect the order. */

#include <stdbool.h>

#include "profile/profile.h"

typedef struct Past {
        int fd;          /* the state directory; -1: none */
        char boot[33];   /* boot ID */
        bool told, kept; /* compared with the former boot; saved */
        Finding finding; /* what changed since then; id NULL: nothing */
} Past;

/* Logs a warning and keeps nothing if the directory cannot be opened. NULL: keeps none. */
void past_open(Past *past, const char *path);
void past_close(Past *past);

/* Adds a finding with the changes since the former boot. An unreadable former profile is logged once and
 * ignored. -ENOMEM. */
int past_tell(Past *past, Profile *profile);

/* Saves this boot's profile once; removes the oldest. */
void past_keep(Past *past, const char *document, size_t n);
