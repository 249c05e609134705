/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Where a capture appears, whole or not at all: it is written beside its place, for its owner alone to read, and put there
 * in one step. What is there already is replaced only when asked for, a file by a file, a directory that is a capture by
 * another; never a link, what it points to, a mount point, or anything else. */

#include <limits.h>
#include <signal.h>
#include <stdbool.h>

#include "ctl/capture/former-capture.h"

#define CAPTURE_PLACE_WHY_MAX 512

typedef struct CapturePlace {
        int parent; /* the directory it appears in; -1: none */
        bool directory, force;
        bool unnamed; /* the new file has no name yet: whatever ends this process, nothing is left of it */
        bool blocked; /* signals that end a program wait while there is a directory to clean up */
        sigset_t signals; /* as they were */
        char name[NAME_MAX + 1];
        char temporary[NAME_MAX + 1];    /* beside it; "" none */
        FileIdentity own;                /* what was made there */
        FormerCapture former;            /* what is to be replaced */
        char why[CAPTURE_PLACE_WHY_MAX]; /* what failed, where errno alone does not say it */
} CapturePlace;

/* Removes what was not put in its place. */
void capture_place_done(CapturePlace *place);

/* Looks whether the output may appear there. A directory's name may end in slashes. -errno. capture_place_done() is due
 * in any case. */
int capture_place_open(const char *output, bool directory, bool force, CapturePlace *ret);

/* Makes the file or directory beside it: a descriptor for writing it, or -errno. */
int capture_place_begin(CapturePlace *place);

/* Puts what was written with that descriptor in its place. -errno. */
int capture_place_finish(CapturePlace *place, int fd);
