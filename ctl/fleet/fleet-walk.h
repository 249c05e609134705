/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a fleet's arguments name: files, and files of directories. */

#include <stddef.h>
#include <stdint.h>

#include "ctl/fleet/source-names.h"

/* Directories in directories. */
#define FLEET_DEPTH_MAX 16

/* Each returns -errno, which ends the walk. */
typedef struct FleetWalk {
        SourceNames *names;
        int (*file)(int fd, uint32_t source, void *userdata); /* an open file, which it takes */
        int (*tree)(uint32_t source, void *userdata);         /* a host tree */
        int (*fail)(uint32_t source, const char *why, void *userdata);
        /* n entries of a directory are not read; the name of the first of them, and why it is not. */
        int (*ignore)(uint32_t directory, size_t n, const char *first, const char *why, void *userdata);
        void *userdata;
} FleetWalk;

/* "-" is standard input. -errno */
int fleet_walk(const FleetWalk *walk, const char *name);
