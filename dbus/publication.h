/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the bus shows: one profile and its generation, always consistent. Objects read it in place: it
 * does not move, and is updated between two messages. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "profile/profile.h"

typedef struct Publication {
        Profile profile;
        uint64_t generation; /* 1 for this process's first profile; incremented for each new one */
} Publication;

/* Callbacks to the service. */
typedef struct PublicationCalls {
        /* The profile as JSON_LAYOUT_SHORT without newline, valid until release. -errno. */
        int (*hold_document)(void *userdata, const char **ret, size_t *ret_n);
        void (*release_document)(void *userdata);
        /* 1: *ret is a descriptor of it, with a newline, a sealed file for this user. 0: too many are
         * open. -errno. */
        int (*lend_document)(void *userdata, uid_t uid, bool privileged, int *ret);
        /* Its length; 0: not written yet. */
        size_t (*document_bytes)(void *userdata);
        /* Reads the host and publishes changes. -errno. */
        int (*refresh)(void *userdata);
        void *userdata;
} PublicationCalls;
