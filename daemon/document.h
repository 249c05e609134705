/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A profile's JSON text, written once per generation to a sealed memory file. A large text is mapped only
 * while held. */

#include <stddef.h>

#include "profile/profile.h"

typedef struct Document {
        int fd;           /* -1: not written */
        size_t n;         /* bytes without the final newline */
        const char *text; /* while mapped */
} Document;

#define DOCUMENT_NONE    \
        (Document) {     \
                .fd = -1 \
        }

/* -errno; nothing is written then. */
int document_write(Document *document, const Profile *profile);
void document_done(Document *document);

/* One line of n bytes; a newline follows, no NUL. -errno. */
int document_hold(Document *document, const char **ret);
void document_release(Document *document);
