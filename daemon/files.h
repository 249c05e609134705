/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Publishes the profile as files, for programs without D-Bus: DIR/current/profile.json, and a tree with
 * one value per file. Each generation is a new directory; the link `current` is moved to it when
 * complete. DIR/summary.json and DIR/metrics.prom are beside it (daemon/lasting-files.h). */

#include "dbus/publication.h"

typedef struct Files {
        int fd;                     /* the runtime directory; -1: none */
        char shown[32], former[32]; /* targets of `current`: now, before; "": none */
        bool failing;               /* already logged */
} Files;

/* Opens the directory and removes files of a killed process. -errno. */
int files_open(Files *files, const char *path);

/* `document` is the profile's, n bytes. Logs a failure once and keeps the files shown before. */
void files_publish(Files *files, const Publication *publication, const char *document, size_t n);

/* Removes what was published but for the lasting files: values of a stopped service mislead. */
void files_close(Files *files);
