/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Text to JSON, bounded: the text may come from anyone. */

#include <jansson.h>
#include <stddef.h>

#define PROFILE_SCHEMA "hawd-profile/1"
#define PROFILE_JSON_MAX ((size_t) 64 << 20)
/* The document itself has ten levels, the deepest in firmware tables. */
#define PROFILE_JSON_DEPTH_MAX 16
/* A document has a value for every twelve bytes or more; a text of empty objects would take a hundred bytes of memory
 * for each of its own. */
#define PROFILE_JSON_VALUES_MAX ((size_t) 8 << 20)

typedef struct JsonError {
        unsigned line, column; /* from 1; 0 when not known: see the path in the text then */
        char text[256];        /* "expected …", after "PATH: " when a value is at fault; printable */
} JsonError;

/* Text to any JSON value within the bounds above: a new reference. -EINVAL with *reterr filled; -ENOMEM. */
int json_text_parse(const char *text, size_t n, json_t **ret, JsonError *reterr);

/* The document, a new reference: an object with "schema": "hawd-profile/1". -EINVAL with *reterr filled, also for what
 * is over one of the bounds above or has a member twice; -ENOMEM. */
int profile_json_parse(const char *text, size_t n, json_t **ret, JsonError *reterr);
