/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Writes an object or array as JSON text, one jansson value at a time. */

#include <jansson.h>
#include <stdbool.h>

#include "profile/document/json-write.h"

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
