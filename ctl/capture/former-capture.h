/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A directory that --force is to replace: a capture and nothing else. What is part of one is what replaying it reads, so
 * that a file which anybody else put there is found wherever it is. */

#include <stddef.h>

#include "ctl/capture/entry.h"

#define FORMER_FOREIGN_MAX 256

typedef struct FormerCapture {
        int fd; /* the directory; -1: none */
        FileIdentity self;
        size_t n;
        FileIdentity *known; /* owned: files and links that are part of it */
} FormerCapture;

void former_capture_done(FormerCapture *former);

/* Replays what is below fd, which it takes over, also on failure. -errno. */
int former_capture_read(int fd, FormerCapture *ret);

/* Whether all of it is known. 1; 0 with what is not, printable; or -errno. */
int former_capture_check(const FormerCapture *former, char ret_foreign[FORMER_FOREIGN_MAX]);

/* Removes it under that name; anything that is not part of it stays, with the directories above. -errno. */
int former_capture_remove(const FormerCapture *former, int directory, const char *name);
