/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "probe/root/root.h"

typedef struct CaptureCounts {
        size_t files, refused;
} CaptureCounts;

/* Probes the root and writes what was read: a directory if output ends in a slash, standard output for
 * "-", else an archive. The output appears complete or not at all; force replaces an existing one.
 * Returns an exit status; prints the reason. */
int capture_write(Root *root, const char *output, bool force, CaptureCounts *ret);
