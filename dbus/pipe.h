/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How quickly the bus takes answers. All go through one socket, of which dbus-daemon reads 2 KiB each time it has looked at all
 * its clients: when those keep it busy, a large answer to one holds up the small ones to all others for seconds. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIPE_CHUNK 2048
/* An answer that would hold up others for longer is not begun. */
#define PIPE_HOLD_USEC 1000000
/* What processes take to wake up is no sign of a busy bus; and no time is measured more exactly. */
#define PIPE_SLACK_USEC 4000

typedef struct Pipe {
        uint64_t chunk_usec; /* the time that one chunk took, and when that was learned */
        uint64_t learned_usec;
        uint64_t began_usec; /* a large answer that is under way; 0: none is */
        size_t bytes;
} Pipe;

/* So many bytes, or a question and its answer, took so long. */
void pipe_learn(Pipe *pipe, size_t bytes, uint64_t usec, uint64_t now_usec);

/* Whether the bus is quick enough for an answer. What was learned counts half each second. */
bool pipe_takes(const Pipe *pipe, size_t bytes, uint64_t now_usec);
