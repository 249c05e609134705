/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A file of a fleet as a stream of text: plain, or compressed with gzip, zstd or xz, which hawd-archive reads. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "ctl/capture/archive-run.h"
#include "ctl/sandbox/own-program.h"

#define FLEET_INPUT_HEAD 512

typedef struct FleetInput {
        int fd;        /* what is read: the file, or the program's output */
        bool limited;  /* a regular file: only what it had when it was opened, up to the end of that line */
        bool within;   /* the last byte was not a newline */
        bool capture;  /* it is an archive of a host tree */
        uint64_t left; /* bytes */
        bool compressed;
        OwnProgram program;
        int why;
        uint8_t head[FLEET_INPUT_HEAD]; /* read already */
        size_t n_head, at_head;
} FleetInput;

#define FLEET_INPUT_NONE ((FleetInput){ .fd = -1, .why = -1 })

/* Takes the descriptor, also if it fails. -errno; -EBADMSG sets `why`. */
int fleet_input_open(int fd, FleetInput *ret, char why[ARCHIVE_WHY_MAX]);

/* Like read(2). -errno; -ESTALE: a regular file became shorter than it was when it was opened. */
ssize_t fleet_input_read(FleetInput *input, void *buffer, size_t n);

/* After the end: 0, or -EBADMSG with `why` if it could not be decompressed. */
int fleet_input_finish(FleetInput *input, char why[ARCHIVE_WHY_MAX]);

/* Releases it at any time; accepts FLEET_INPUT_NONE. */
void fleet_input_close(FleetInput *input);
