/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text to JSON, with limits: the text is untrusted. */

#include <jansson.h>
#include <stddef.h>

#define PROFILE_SCHEMA "hawd-profile/1"
#define PROFILE_JSON_MAX ((size_t) 64 << 20)
/* The document has ten levels, the deepest in firmware tables. */
#define PROFILE_JSON_DEPTH_MAX 16
/* A document has at most one value per 12 bytes; in a text of empty objects, each byte could take a hundred
 * bytes of memory. */
#define PROFILE_JSON_VALUES_MAX ((size_t) 8 << 20)

typedef struct JsonError {
        unsigned line, column; /* from 1; 0 unknown: the text has the path */
        char text[256];        /* "expected …", after "PATH: " if a value is wrong; printable */
} JsonError;

/* Parses any JSON value within the limits above: a new reference. -EINVAL with *reterr filled; -ENOMEM. */
int json_text_parse(const char *text, size_t n, json_t **ret, JsonError *reterr);

/* Parses a document: an object with "schema": "hawd-profile/1". Returns a new reference. -EINVAL with
 * *reterr filled, also over a limit or for duplicate members; -ENOMEM. */
int profile_json_parse(const char *text, size_t n, json_t **ret, JsonError *reterr);
