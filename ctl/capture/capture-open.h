/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/root/root.h"

/* The argument of --root: this host ("/"), a host tree, or a capture, which is kept in memory while open. */
typedef struct CaptureRoot {
        Root *root;
} CaptureRoot;

/* -errno, after printing the reason. */
int capture_open(const char *path, CaptureRoot *ret);
void capture_close(CaptureRoot *capture);
