/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Requests to the collector: empty files in requests/ of its tree. A file's name is a PCI device's
 * address, "cpu" (model-specific registers), "memory" or "everything". udev's rule creates them, and
 * hawd-collect-changes.path starts the collector while one exists. No request is lost: the collector
 * renames a file to NAME.taken while it works, so that a new request is another file, and removes it when
 * done; the next run repeats what a killed collector took. Only root writes there; the service watches. */

#include <stdbool.h>

#include "probe/root/root.h"

#define REQUESTS_DIRECTORY "requests"
#define REQUEST_EVERYTHING "everything"
#define REQUEST_CPU "cpu"
#define REQUEST_MEMORY "memory"
#define REQUEST_TAKEN ".taken"

/* Opens the directory of the collector's tree; -errno. */
int requests_open(int tree);

/* Takes all requests, including those of a killed collector; `ret` gets their names. -errno. */
int requests_take(int fd, NameList *ret);

/* Removes taken requests. */
void requests_finish(int fd, const NameList *taken);

/* -errno. */
int requests_add(int fd, const char *name);

/* Whether any is open or taken. */
bool requests_pending(int fd);

/* Length of the request's name in a taken file's name; 0: not one. */
size_t requests_taken_name(const char *file);
