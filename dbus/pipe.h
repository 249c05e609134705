/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How quickly the bus reads answers. All share one socket, from which dbus-daemon reads 2 KiB per round
 * of its clients: while those keep it busy, a large answer delays the small ones to others for seconds. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIPE_CHUNK 2048
/* Answers that take longer are not begun. */
#define PIPE_HOLD_USEC 1000000
/* Scheduling delays below this do not indicate a busy bus; also the resolution of measurements. */
#define PIPE_SLACK_USEC 4000

typedef struct Pipe {
        uint64_t chunk_usec; /* time per chunk, and when measured */
        uint64_t learned_usec;
        uint64_t began_usec; /* start of a large answer; 0: none */
        size_t bytes;
} Pipe;

/* Records that so many bytes, or a round trip, took `usec`. */
void pipe_learn(Pipe *pipe, size_t bytes, uint64_t usec, uint64_t now_usec);

/* Whether the bus is quick enough for an answer. The measured delay halves each second. */
bool pipe_takes(const Pipe *pipe, size_t bytes, uint64_t now_usec);
