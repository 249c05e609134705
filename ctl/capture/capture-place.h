/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The output of a capture appears complete or not at all: it is written beside its place, readable by its
 * owner only, then moved in one step. Existing output is replaced only on request: a file by a file, a
 * directory that is a capture by another; never a link, its target, a mount point, or anything else. */

#include <limits.h>
#include <signal.h>
#include <stdbool.h>

#include "ctl/capture/former-capture.h"

#define CAPTURE_PLACE_WHY_MAX 512

typedef struct CapturePlace {
        int parent; /* directory of the output; -1: none */
        bool directory, force;
        bool unnamed;     /* the new file has no name yet: it disappears if the process ends */
        bool blocked;     /* terminating signals are blocked while a directory may need removal */
        sigset_t signals; /* former mask */
        char name[NAME_MAX + 1];
        char temporary[NAME_MAX + 1];    /* its name; "": none */
        FileIdentity own;                /* created there */
        FormerCapture former;            /* what to replace */
        char why[CAPTURE_PLACE_WHY_MAX]; /* reason, where errno is not enough */
} CapturePlace;

/* Removes unfinished output. */
void capture_place_done(CapturePlace *place);

/* Checks that the output may appear there. A directory's name may end in slashes. -errno. Always call
 * capture_place_done(). */
int capture_place_open(const char *output, bool directory, bool force, CapturePlace *ret);

/* Creates the file or directory. Returns a descriptor to write to, or -errno. */
int capture_place_begin(CapturePlace *place);

/* Moves what was written to its place. -errno. */
int capture_place_finish(CapturePlace *place, int fd);
