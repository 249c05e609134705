/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The profile as files, for programs that speak no D-Bus: DIR/current/profile.json, and a tree of one value a file. Each
 * generation is a directory of its own that `current`, a link, is turned to once it is whole. */

#include "dbus/publication.h"

typedef struct Files {
        int fd;                     /* the runtime directory; -1: none */
        char shown[32], former[32]; /* directories: what `current` names, and what it named before; "" none */
        bool failing;               /* said so already */
} Files;

/* Opens the directory and removes what a killed process left there. -errno. */
int files_open(Files *files, const char *path);

/* `document` is the profile's, n bytes. A failure is said once and leaves what was shown before. */
void files_publish(Files *files, const Publication *publication, const char *document, size_t n);

/* Takes back what was published: numbers of a service that is not there mislead. */
void files_close(Files *files);
