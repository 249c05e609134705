/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the collector is asked to read again: empty files in requests/ of its tree, one for each thing. A file's name is a PCI
 * device's address, "cpu" (model-specific registers), "memory" or "everything". udev's rule makes them, and
 * hawd-collect-changes.path starts the collector while there is one. Nothing is lost: the collector adds ".taken" to a name
 * while it works on it, so that a request that comes meanwhile is another file, and removes the file when the copy is there;
 * what a killed collector took starts the next. Only root writes there; the service looks and waits. */

#include <stdbool.h>

#include "probe/root/root.h"

#define REQUESTS_DIRECTORY "requests"
#define REQUEST_EVERYTHING "everything"
#define REQUEST_CPU "cpu"
#define REQUEST_MEMORY "memory"
#define REQUEST_TAKEN ".taken"

/* Opens the directory of the collector's tree; -errno. */
int requests_open(int tree);

/* Takes what is requested, and what a collector took that was killed; `ret` has the names of the requests. -errno. */
int requests_take(int fd, NameList *ret);

/* Removes what was taken. */
void requests_finish(int fd, const NameList *taken);

/* -errno. */
int requests_add(int fd, const char *name);

/* Whether any is open: taken ones count, too. */
bool requests_pending(int fd);

/* The length of the request's name in that of a taken one; 0 if it is none. */
size_t requests_taken_name(const char *file);
