/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The units, groups or devices that a command line names; default: all. */

#include <stddef.h>

#include "ctl/command/options.h"
#include "profile/profile.h"

#define SELECT_NAME_MAX 32

typedef struct Selection {
        size_t n;
        size_t *indices;
} Selection;

void selection_done(Selection *selection);

/* name() returns the name of element i, in its own storage or in buffer[SELECT_NAME_MAX]. Prints an error
 * and returns exit status 1 if an argument matches no element. */
int selection_make(const Profile *profile, const char *what, size_t n,
                const char *(*name)(const Profile *profile, size_t i, char *buffer), int argc, char **argv,
                Selection *ret);

/* Prints the selection as a JSON array. Exit status. */
int selection_json(const Profile *profile, const Selection *selection, const Options *options,
                json_t *(*element)(const Profile *profile, size_t i, void *userdata), void *userdata);
