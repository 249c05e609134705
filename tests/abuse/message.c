/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "tests/abuse/message.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 16 /* up to the length of the header's fields, included */

static size_t aligned(size_t n, size_t to) {
        return (n + to - 1) & ~(to - 1);
}

static void put_u32(uint8_t *at, uint32_t value) {
        value = htole32(value);
        memcpy(at, &value, sizeof(value));
}

static uint32_t get_u32(const uint8_t *at) {
        uint32_t value;

        memcpy(&value, at, sizeof(value));
        return le32toh(value);
}

/* A field of the header, a string (or object path, or signature) in a variant. Where it ends. */
static size_t put_field(uint8_t *data, size_t at, uint8_t code, char type, const char *text) {
        size_t n = strlen(text);

        at = aligned(at, 8);
        data[at] = code;
        data[at + 1] = 1;
        data[at + 2] = (uint8_t) type;
        at += 4;
        if (type == 'g')
                data[at++] = (uint8_t) n;
        else {
                put_u32(data + at, (uint32_t) n);
                at += 4;
        }
        memcpy(data + at, text, n);
        return at + n + 1;
}

/* A field of code 200 that is a string of that many letters. Where it ends. */
static size_t put_unknown(uint8_t *data, size_t at, size_t n) {
        at = put_field(data, at, 200, 's', "");
        put_u32(data + at - 5, (uint32_t) n);
        memset(data + at - 1, 'x', n);
        return at + n;
}

int message_new(const Call *call, Message *ret) {
        size_t argument = call->fill > 0 ? call->fill
                        : call->argument ? strlen(call->argument)
                                         : 0,
               at = HEAD;
        bool has = call->fill > 0 || call->argument;
        uint8_t *data = calloc(1, 1024 + argument + call->unknown);

        if (!data)
                return -ENOMEM;
        memcpy(data, (uint8_t[]){ 'l', 1, call->flags, 1 }, 4);
        at = put_field(data, at, 1, 'o', call->path);
        at = put_field(data, at, 2, 's', call->interface);
        at = put_field(data, at, 3, 's', call->member);
        at = put_field(data, at, 6, 's', call->destination);
        if (has)
                at = put_field(data, at, 8, 'g', "s");
        if (call->unknown > 0)
                at = put_unknown(data, at, call->unknown);
        put_u32(data + 12, (uint32_t) (at - HEAD));
        at = aligned(at, 8);
        if (has) {
                put_u32(data + 4, (uint32_t) argument + 5);
                put_u32(data + at, (uint32_t) argument);
                at += 4;
                if (call->fill > 0)
                        memset(data + at, 'x', argument);
                else
                        memcpy(data + at, call->argument, argument);
                at += argument + 1;
        }
        *ret = (Message){ data, at };
        return 0;
}

void message_done(Message *message) {
        free(message->data);
        *message = (Message){};
}

void message_set_serial(uint8_t *message, uint32_t serial) {
        put_u32(message + 8, serial);
}

static void count(Frames *frames) {
        frames->replies += frames->head[1] == 2;
        frames->errors += frames->head[1] == 3;
        frames->left = aligned(get_u32(frames->head + 12), 8) + get_u32(frames->head + 4);
        frames->n_head = 0;
}

void frames_feed(Frames *frames, const uint8_t *data, size_t n) {
        while (n > 0) {
                size_t some = frames->left > 0 ? frames->left : HEAD - frames->n_head;

                if (some > n)
                        some = n;
                if (frames->left > 0)
                        frames->left -= some;
                else {
                        memcpy(frames->head + frames->n_head, data, some);
                        frames->n_head += some;
                        if (frames->n_head == HEAD)
                                count(frames);
                }
                data += some;
                n -= some;
        }
}
