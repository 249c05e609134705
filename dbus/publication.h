/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the bus shows: one profile and its generation, both of one moment. The objects read it in place, so it stays
 * where it is and is filled anew between two messages. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "profile/profile.h"

typedef struct Publication {
        Profile profile;
        uint64_t generation; /* 1 for the first profile of this process; one more for each that differs */
} Publication;

/* What the objects ask of the service. */
typedef struct PublicationCalls {
        /* The profile as JSON_LAYOUT_SHORT without the newline, until it is released. -errno. */
        int (*hold_document)(void *userdata, const char **ret, size_t *ret_n);
        void (*release_document)(void *userdata);
        /* 1: *ret is a descriptor of it, with a newline, as a sealed file: for this user. 0: too many are open. -errno. */
        int (*lend_document)(void *userdata, uid_t uid, bool privileged, int *ret);
        /* Its length; 0 before it is written. */
        size_t (*document_bytes)(void *userdata);
        /* Reads the host again and publishes what changed. -errno. */
        int (*refresh)(void *userdata);
        void *userdata;
} PublicationCalls;
