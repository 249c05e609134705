/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "probe/root/root.h"

typedef struct CaptureCounts {
        size_t files, refused;
} CaptureCounts;

/* Probes the root and writes what that read: a directory when output ends in a slash, standard output for "-", else an
 * archive. The output appears whole or not at all; one that is there is replaced only with force. An exit status, once
 * the reason is on standard error. */
int capture_write(Root *root, const char *output, bool force, CaptureCounts *ret);
