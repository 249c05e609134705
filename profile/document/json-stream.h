/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes an object or array as JSON text, one jansson value at a time, to save memory. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Takes n bytes of the text. A negative errno stops writing and is returned. */
typedef int (*JsonSink)(const char *text, size_t n, void *userdata);

typedef enum JsonLayout {
        JSON_LAYOUT_SHORT,     /* one line and a newline */
        JSON_LAYOUT_PRETTY,    /* indented by 2, newline at the end */
        JSON_LAYOUT_CANONICAL, /* keys sorted, no blanks, no newline, without volatile parts and digest:
                                * input of the digest */
} JsonLayout;

typedef struct JsonStream {
        JsonLayout layout;
        JsonSink sink;
        void *userdata;
        unsigned depth; /* open brackets, at most 2 */
        bool empty;     /* nothing written since the last opening bracket */
        int error;      /* first failure; later calls do nothing */
} JsonStream;

/* Opens an object or array: bracket is '{' or '['. key is NULL at the top and in arrays. */
void json_stream_open(JsonStream *stream, const char *key, char bracket);
void json_stream_close(JsonStream *stream, char bracket);

/* Writes and releases the value; NULL means "out of memory". */
void json_stream_value(JsonStream *stream, const char *key, json_t *value);

/* Writes the final newline, if in the layout. Returns the first failure or 0. */
int json_stream_finish(JsonStream *stream);

/* Writes values as a JSON array: `next` returns a new reference per call, NULL with *error 0 at the end.
 * -ENOMEM, or the error of the sink. */
typedef json_t *(*JsonNext)(void *userdata, int *error);
int json_array_write(JsonNext next, void *next_userdata, JsonLayout layout, JsonSink sink, void *userdata);
