/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which units, groups or devices a command line names: all when it names none. */

#include <stddef.h>

#include "ctl/command/options.h"
#include "profile/profile.h"

#define SELECT_NAME_MAX 32

typedef struct Selection {
        size_t n;
        size_t *indices;
} Selection;

void selection_done(Selection *selection);

/* name() gives element i's name, in its own storage or in buffer[SELECT_NAME_MAX]. An argument that no element has is
 * an error on standard error, and the exit status 1. */
int selection_make(const Profile *profile, const char *what, size_t n,
                const char *(*name)(const Profile *profile, size_t i, char *buffer), int argc, char **argv,
                Selection *ret);

/* Prints the selected elements as a JSON array. The exit status. */
int selection_json(const Profile *profile, const Selection *selection, const Options *options,
                json_t *(*element)(const Profile *profile, size_t i, void *userdata), void *userdata);
