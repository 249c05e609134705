/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A profile's JSON text, kept in a sealed memory file: written once a generation, read by many. */

#include <stddef.h>

#include "profile/profile.h"

typedef struct Document {
        const char *text; /* one line, NUL-terminated, no newline; NULL: empty */
        size_t n;
} Document;

/* -errno; the document is then empty. */
int document_write(Document *document, const Profile *profile);
void document_done(Document *document);
