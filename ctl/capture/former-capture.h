/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A directory that --force replaces must be a capture and nothing else. Part of a capture is what a
 * replay reads, so a file that somebody else put there is found anywhere. */

#include <stddef.h>

#include "ctl/capture/entry.h"

#define FORMER_FOREIGN_MAX 256

typedef struct FormerCapture {
        int fd; /* the directory; -1: none */
        FileIdentity self;
        size_t n;
        FileIdentity *known; /* owned: files and links of the capture */
} FormerCapture;

void former_capture_done(FormerCapture *former);

/* Replays the tree at fd, which it takes over, even on failure. -errno. */
int former_capture_read(int fd, FormerCapture *ret);

/* 1: everything is known; 0: an unknown path, printable; or -errno. */
int former_capture_check(const FormerCapture *former, char ret_foreign[FORMER_FOREIGN_MAX]);

/* Removes the capture of that name; unknown files stay, with the directories above. -errno. */
int former_capture_remove(const FormerCapture *former, int directory, const char *name);
