/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A JSON text of one object or array whose parts are jansson values, written one at a time. */

#include <jansson.h>
#include <stdbool.h>

#include "profile/document/json-write.h"

typedef struct JsonStream {
        JsonLayout layout;
        JsonSink sink;
        void *userdata;
        unsigned depth; /* of open brackets, 2 at the most */
        bool empty;     /* nothing written yet since the last opening bracket */
        int error;      /* first failure; later calls do nothing */
} JsonStream;

/* Opens an object or array: bracket is '{' or '['. key is NULL at the top and in arrays. */
void json_stream_open(JsonStream *stream, const char *key, char bracket);
void json_stream_close(JsonStream *stream, char bracket);

/* Writes and releases the value; a NULL value is "out of memory". */
void json_stream_value(JsonStream *stream, const char *key, json_t *value);

/* The final newline, where the layout has one. Returns the first failure or 0. */
int json_stream_finish(JsonStream *stream);
