/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "profile/document/json-stream.h"

#include <errno.h>
#include <string.h>

#define INDENT 2

static void write_text(JsonStream *stream, const char *text, size_t n) {
        if (stream->error == 0 && n > 0)
                stream->error = stream->sink(text, n, stream->userdata);
}

static void write_indent(JsonStream *stream) {
        static const char blanks[] = "        ";

        write_text(stream, blanks, (size_t) INDENT * stream->depth);
}

/* jansson indents each value as if at the top; this adds the rest after each newline. Newlines in strings
 * are always escaped, so a bare one is layout. */
static int write_nested(const char *text, size_t n, void *userdata) {
        JsonStream *stream = userdata;

        while (n > 0 && stream->error == 0) {
                const char *newline = stream->layout == JSON_LAYOUT_PRETTY ? memchr(text, '\n', n) : NULL;
                size_t part = newline ? (size_t) (newline - text) + 1 : n;

                write_text(stream, text, part);
                if (newline)
                        write_indent(stream);
                text += part;
                n -= part;
        }
        return stream->error < 0 ? -1 : 0;
}

static size_t json_flags(JsonLayout layout) {
        switch (layout) {
        case JSON_LAYOUT_PRETTY:
                return JSON_ENCODE_ANY | JSON_INDENT(INDENT);
        case JSON_LAYOUT_CANONICAL:
                return JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS;
        default:
                return JSON_ENCODE_ANY | JSON_COMPACT;
        }
}

static void begin_item(JsonStream *stream, const char *key) {
        if (!stream->empty)
                write_text(stream, ",", 1);
        if (stream->layout == JSON_LAYOUT_PRETTY && stream->depth > 0) {
                write_text(stream, "\n", 1);
                write_indent(stream);
        }
        stream->empty = false;
        if (!key)
                return;
        /* Keys are constants that need no escapes. */
        write_text(stream, "\"", 1);
        write_text(stream, key, strlen(key));
        write_text(stream, "\": ", stream->layout == JSON_LAYOUT_PRETTY ? 3 : 2);
}

void json_stream_open(JsonStream *stream, const char *key, char bracket) {
        if (stream->depth > 0)
                begin_item(stream, key);
        write_text(stream, &bracket, 1);
        stream->depth++;
        stream->empty = true;
}

void json_stream_close(JsonStream *stream, char bracket) {
        stream->depth--;
        if (stream->layout == JSON_LAYOUT_PRETTY && !stream->empty) {
                write_text(stream, "\n", 1);
                write_indent(stream);
        }
        write_text(stream, &bracket, 1);
        stream->empty = false;
}

void json_stream_value(JsonStream *stream, const char *key, json_t *value) {
        if (!value && stream->error == 0)
                stream->error = -ENOMEM;
        if (stream->error == 0) {
                begin_item(stream, key);
                if (json_dump_callback(value, write_nested, stream, json_flags(stream->layout)) < 0 &&
                                stream->error == 0)
                        stream->error = -ENOMEM;
        }
        json_decref(value);
}

int json_stream_finish(JsonStream *stream) {
        if (stream->layout != JSON_LAYOUT_CANONICAL)
                write_text(stream, "\n", 1);
        return stream->error;
}

int json_array_write(JsonNext next, void *next_userdata, JsonLayout layout, JsonSink sink, void *userdata) {
        JsonStream stream = { .layout = layout, .sink = sink, .userdata = userdata };
        json_t *value;

        json_stream_open(&stream, NULL, '[');
        while (stream.error == 0 && (value = next(next_userdata, &stream.error)))
                json_stream_value(&stream, NULL, value);
        json_stream_close(&stream, ']');
        return json_stream_finish(&stream);
}
