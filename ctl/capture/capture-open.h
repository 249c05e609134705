/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "probe/root/root.h"

/* What --root names: this host ("/"), a host tree, or a capture, which is unpacked for as long as it is open. */
typedef struct CaptureRoot {
        Root *root;
        pid_t helper;  /* unpacked it and removes it; 0: none */
        int helper_fd; /* closing it lets the helper go */
} CaptureRoot;

/* -errno, once the reason is on standard error. */
int capture_open(const char *path, CaptureRoot *ret);
void capture_close(CaptureRoot *capture);
