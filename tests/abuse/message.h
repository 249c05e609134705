/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Method calls as bytes, and replies counted as they come: what a client needs that writes without end and does not care what
 * it is told. Format: D-Bus specification, "Message Protocol". */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_NO_REPLY 1

typedef struct Call {
        const char *destination, *path, *interface, *member;
        const char *argument; /* one string; NULL: none */
        size_t fill;          /* that many 'x' in place of the argument; 0: as it is */
        size_t unknown; /* bytes of a header field that the specification does not have; 0: no such field */
        uint8_t flags;
} Call;

typedef struct Message {
        uint8_t *data;
        size_t n;
} Message;

/* The serial is 0 and has to be set. -ENOMEM. */
int message_new(const Call *call, Message *ret);
void message_done(Message *message);
void message_set_serial(uint8_t *message, uint32_t serial);

/* A stream of messages, of which the kinds are counted. Zero is the start of one. */
typedef struct Frames {
        uint8_t head[16];
        size_t n_head, left; /* bytes of the header that are here; bytes of the message still to come */
        unsigned long replies, errors;
} Frames;

void frames_feed(Frames *frames, const uint8_t *data, size_t n);
