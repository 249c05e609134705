/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dbus/pipe.h"

#define SECOND_USEC 1000000

void pipe_learn(Pipe *pipe, size_t bytes, uint64_t usec, uint64_t now_usec) {
        pipe->chunk_usec = usec > PIPE_SLACK_USEC ? (usec - PIPE_SLACK_USEC) / (bytes / PIPE_CHUNK + 1) : 0;
        pipe->learned_usec = now_usec;
}

bool pipe_takes(const Pipe *pipe, size_t bytes, uint64_t now_usec) {
        uint64_t age = (now_usec - pipe->learned_usec) / SECOND_USEC;
        uint64_t chunk_usec = age < 64 ? pipe->chunk_usec >> age : 0;

        return chunk_usec == 0 || bytes / PIPE_CHUNK <= PIPE_HOLD_USEC / chunk_usec;
}
