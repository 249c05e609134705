/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "probe/root/root.h"

/* What --root names: this host ("/"), a host tree, or a capture, which is in memory for as long as it is open. */
typedef struct CaptureRoot {
        Root *root;
} CaptureRoot;

/* -errno, once the reason is on standard error. */
int capture_open(const char *path, CaptureRoot *ret);
void capture_close(CaptureRoot *capture);
