/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include "probe/root/root.h"

/* The argument of --root: this host ("/"), a host tree, or a capture, which is kept in memory while open. */
typedef struct CaptureRoot {
        Root *root;
} CaptureRoot;

/* Whether a directory has any of the directories of a host tree: hawd, proc, sys. */
bool capture_is_host_tree(const char *path);

/* -errno, after printing the reason. */
int capture_open(const char *path, CaptureRoot *ret);
void capture_close(CaptureRoot *capture);
